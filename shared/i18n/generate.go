package i18n

//go:generate go run ./phpwords
