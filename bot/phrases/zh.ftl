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
formula-too-long = 公式太长，读不了。
formula-ends = 公式没写完，后面还要有指标或数字。
formula-unexpected = 公式的这个位置不能写这个。
formula-circle = { $metric } 的公式绕回了自己，请改用别的指标。
formula-sums-distinct = { $metric } 把 { $name } 相加了，它是去重人数，跨两处的人会被算两次。请直接查所需粒度的人数。
to-date-not-additive = { $metric } 要按天累计 { $name }，但它不能相加。
measure-how = 请说明这一列怎样变成一个数：{ $options }。
no-source-for = 没有数据源同时含有 { $metrics }{ $dimensions ->
    [""] {""}
   *[other] ，并可按 { $dimensions } 拆分
  }。还缺：{ $lacks }。
source-no-files = 数据源 { $source } 在 { $folder } 里找不到文件 { $files }。请检查 sources.yaml 里的路径，或 --data 给出的文件夹。
source-no-rows = 数据源 { $source } 的文件 { $files } 里没有数据行。请至少导出一天的数据。
cube-grain-too-fine = 这些数据按 { $held } 保存，不能再按 { $wanted } 细分。
cube-distinct-added = { $measure } 是去重人数，不能相加：跨两处的人会被算两次。
leads-themselves = { $name } 不能是自己的上级。
address-taken = { $address } 已经是 { $other } 的账号。

## 数据文件

file-missing = 没有文件 { $file }。请检查 sources.yaml 里的路径，或 --data 给出的文件夹。
file-unreadable = { $file } 读不了（{ $detail }）。请重新另存为 CSV 或 XLSX。
file-empty = { $file } 是空的，请重新导出。
file-no-rows = { $file } 只有表头，没有数据行。请至少导出一天的数据。
file-wrong-kind = { $file } 不是表格，里面是 { $kind }。烽火能读 CSV、XLSX 和 Parquet。
file-encoding = { $file } 的编码既不是 UTF-8 也不是 GB18030，请另存为 CSV UTF-8。
file-too-large = { $file } 的工作表超过 { $most } 个单元格。请删掉远处多余的单元格，或另存为 CSV。
file-column-missing = { $file } 没有列“{ $column }”。现有：{ $columns }。
warehouse-slow = 数据在 { $seconds } 秒内没有返回。请缩短时间范围，或一分钟后再试。
warehouse-failed = 暂时取不到数据（{ $detail }），请一分钟后再试。

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
rule-line = 规则：{ $sentence }
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
state-unknown = 没有新数据，暂不判断
state-recovered = 已恢复，历时 { $duration }
state-reopened = 第 { $count } 次触发
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
notice-overdue = 这件事应在 { $due } 前完成，现在还没有关闭。
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
trace-truncated = 更早的 { $count } 条已略去。
beacon = 烽火
place-board = 看板
role-of = { $role }
lead-of = 负责人的上级
event-pending = { $metric } { $value }，异常，观察到 { $until } 看是否持续
event-fired = 触发：{ $metric } { $value }
event-calmed = { $metric } { $value }，通知之前就恢复了
event-clearing = { $metric } { $value }，正在好转，再有一小时如此即算恢复
event-recovered = 恢复：{ $metric } { $value }，历时 { $lasted }
event-measured = { $metric } { $value }，仍然异常
event-worse = 升为更高级别：{ $was } → { $severity }
event-milder = 降为较低级别：{ $was } → { $severity }
event-breached-again = { $metric } { $value }，又异常了
event-reopened = 第 { $occurrence } 次触发：{ $metric } { $value }
event-unknown = 数据中断，恢复之前不作判断
event-known = 数据恢复
event-acked = 认领，有效至 { $until }
event-ack-renewed = 续期至 { $until }
event-ack-asked = 询问 { $by } 是否还在处理
event-ack-ended = { $by } 没有回应，重新待认领
event-assigned = 交给 { $to }
event-overdue = 应在 { $due } 前完成，尚未完成
event-closed = 关闭：{ $reason }
event-opened-again = 重新打开
event-snoozed = 静音至 { $until }
event-hold-ended = 静音结束
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
define-tier = 层级
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

digest-title = { $name } 日报 · { $day }
digest-summary = { $day }：{ $count ->
    [0] 没有未关闭的预警
   *[other] { $count } 条未关闭的预警
  }{ $overdue ->
    [0] {""}
   *[other] ，{ $overdue } 条逾期
  }
digest-open = 未关闭
digest-overdue = 已逾期
digest-day-before = 较前一日
digest-week-before = 较上周同日
digest-quiet = 没有未关闭的预警，一切顺利。

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
help-try = 试试看：
help-ask-example = { $metric } 最近7天
help-ask-by = { $metric } 按{ $dimension } 本月
help-ask-compare = { $metric } 2026-06-01..2026-06-18 对比 去年同期
help-alerts-list = 预警 · 为什么 7f3k
help-alerts-act = 认领 7f3k · 静音 7f3k 2小时 · 转给 7f3k @姓名 · 升级 7f3k · 关闭 7f3k 误报
help-words-list = 指标 · 定义 { $metric } · 看板 · 日报
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
web-say = 问一个指标，或输入 /kpi 帮助
web-send = 发送
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
web-of-day = { $day }（最近完整的一天）
web-against-day = 比前一天
web-against-week = 比上周同日 { $change }
web-better = 变好
web-worse = 变差
web-tile-alerts = { $count } 条预警
web-ask-by = /kpi { $metric } 按{ $dimension }
web-try-week = /kpi { $metric } 最近7天
web-try-alerts = /kpi 预警
web-try-help = /kpi 帮助
web-since = 已持续 { $duration }
web-nobody = 无负责人
web-number = { $metric } { $value }
web-number-against = { $metric } { $value }，平常 { $usual }（{ $change }）
