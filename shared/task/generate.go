package task

//go:generate go run ./diagram
