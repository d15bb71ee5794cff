"""Why a number moved: exact splits, and a search over all slices."""
