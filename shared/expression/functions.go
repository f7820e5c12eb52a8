package expression

import (
	"maps"
	"slices"
)

// Function is a function that expressions may call.
type Function struct {
	Name string
	// Least and Most bound the number of arguments; a Most of 0 is no bound.
	Least, Most int
	// Usage shows how it is called.
	Usage string
}

var functions = byName([]Function{
	// Choices.
	{"if", 3, 3, "if(condition, value, otherwise)"},
	{"case", 3, 0, "case(condition, value, condition, value, …, otherwise)"},
	{"coalesce", 1, 0, "coalesce(value, …)"},
	{"is_null", 1, 1, "is_null(value)"},
	{"not_null", 1, 1, "not_null(value)"},
	// Numbers.
	{"abs", 1, 1, "abs(number)"},
	{"round", 1, 2, "round(number, digits)"},
	{"floor", 1, 1, "floor(number)"},
	{"ceil", 1, 1, "ceil(number)"},
	{"sqrt", 1, 1, "sqrt(number)"},
	{"exp", 1, 1, "exp(number)"},
	{"log", 1, 1, "log(number)"},
	{"log10", 1, 1, "log10(number)"},
	{"pow", 2, 2, "pow(number, exponent)"},
	{"min", 2, 0, "min(value, value, …)"},
	{"max", 2, 0, "max(value, value, …)"},
	// Text.
	{"lower", 1, 1, "lower(text)"},
	{"upper", 1, 1, "upper(text)"},
	{"trim", 1, 1, "trim(text)"},
	{"length", 1, 1, "length(text)"},
	{"substr", 2, 3, "substr(text, from, length)"},
	{"replace", 3, 3, "replace(text, old, new)"},
	{"concat", 2, 0, "concat(text, text, …)"},
	{"starts_with", 2, 2, "starts_with(text, beginning)"},
	{"ends_with", 2, 2, "ends_with(text, end)"},
	{"contains", 2, 2, "contains(text, part)"},
	// Dates and times.
	{"year", 1, 1, "year(date)"},
	{"quarter", 1, 1, "quarter(date)"},
	{"month", 1, 1, "month(date)"},
	{"day", 1, 1, "day(date)"},
	{"weekday", 1, 1, "weekday(date)"},
	{"hour", 1, 1, "hour(time)"},
	{"minute", 1, 1, "minute(time)"},
	{"second", 1, 1, "second(time)"},
	{"date_trunc", 2, 2, "date_trunc('month', date)"},
	{"date_diff", 3, 3, "date_diff('day', from, to)"},
	// From one type to another.
	{"to_date", 1, 2, "to_date(text, format)"},
	{"to_datetime", 1, 2, "to_datetime(text, format)"},
	{"to_number", 1, 1, "to_number(value)"},
	{"to_text", 1, 1, "to_text(value)"},
})

func byName(list []Function) map[string]Function {
	out := make(map[string]Function, len(list))
	for _, f := range list {
		out[f.Name] = f
	}
	return out
}

// Functions lists the names of all functions, sorted.
func Functions() []string { return slices.Sorted(maps.Keys(functions)) }

// FindFunction gives a function by its name.
func FindFunction(name string) (Function, bool) {
	f, ok := functions[name]
	return f, ok
}
