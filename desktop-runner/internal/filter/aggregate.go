package filter

import (
	"slices"
	"strconv"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// aggregated writes one number of a group, with pandas' definition, and gives
// its type. Order is by what rows are ordered, for first and last.
//
// No value of the data may make it fail, since an error would tell of that value:
// a sum beyond 64 bits is missing, and so is a deviation of numbers whose squares
// cannot be calculated with.
func aggregated(path string, rel *source.Relation, a operation.Aggregate, order string) (sql string, t result.Type, err error) {
	if a.Func == operation.Size {
		return "count(*)", result.Integer, nil
	}
	c, err := rel.Column(path+".column", a.Column)
	if err != nil {
		return "", "", err
	}
	x := engine.Identifier(c.Name)
	switch a.Func {
	case operation.Count:
		return "count(" + x + ")", result.Integer, nil
	case operation.First, operation.Last:
		return string(a.Func) + "(" + x + " ORDER BY " + order + ") FILTER (WHERE " + x + " IS NOT NULL)", c.Type, nil
	case operation.NUnique, operation.Min, operation.Max:
		if c.Type == result.Other {
			return "", "", invalid(path+".func", "%s does not work on %s, a column of nested values; use count, first or last", a.Func, c.Name)
		}
		if a.Func == operation.NUnique {
			return "count(DISTINCT " + x + ")", result.Integer, nil
		}
		return string(a.Func) + "(" + typed(c) + ")", c.Type, nil
	default:
		return calculated(path, c, a)
	}
}

// calculated writes what is calculated of numbers; a sum and a mean of true and
// false as well.
func calculated(path string, c result.Column, a operation.Aggregate) (sql string, t result.Type, err error) {
	countsTrue := c.Type == result.Boolean && (a.Func == operation.Sum || a.Func == operation.Mean)
	if !c.Type.Numeric() && !countsTrue {
		return "", "", invalid(path+".func", "%s works on numbers, but %s is a column of %s; use count, nunique, min, max, first or last", a.Func, c.Name, nameOf(c.Type))
	}
	switch a.Func {
	case operation.Sum:
		sql, t = sumOf(c)
		return sql, t, nil
	case operation.Mean:
		return meanOf(c), result.Float, nil
	case operation.Std:
		return spreadOf("stddev_samp", c), result.Float, nil
	case operation.Var:
		return spreadOf("var_samp", c), result.Float, nil
	case operation.Median, operation.Quantile:
		return quantileOf(c, a.Level()), result.Float, nil
	default:
		return "", "", invalid(path+".func", "%q is not a function that this runner knows; a newer version of it may", a.Func)
	}
}

// sumOf nothing is zero, as in pandas. The engine's sum that carries the rounding
// errors along knows no infinity; its plain one does.
func sumOf(c result.Column) (string, result.Type) {
	x := typed(c)
	switch c.Type {
	case result.Float:
		return "CASE WHEN count(" + x + ") = 0 THEN 0 ELSE coalesce(" + notNaN("fsum("+x+")") + ", " + notNaN("sum("+x+")") + ") END", result.Float
	default:
		return "CASE WHEN count(" + x + ") = 0 THEN 0 ELSE TRY_CAST(sum(CAST(" + x + " AS BIGINT)) AS BIGINT) END", result.Integer
	}
}

func meanOf(c result.Column) string {
	x := typed(c)
	if c.Type == result.Float {
		return "coalesce(" + notNaN("favg("+x+")") + ", " + notNaN("avg("+x+")") + ")"
	}
	return "avg(CAST(" + x + " AS BIGINT))"
}

// spreadOf is missing for numbers beyond 1e150, whose squares are infinite, and
// for which the engine has an error.
func spreadOf(function string, c result.Column) string {
	x := "CAST(" + engine.Identifier(c.Name) + " AS DOUBLE)"
	if c.Type == result.Integer {
		return function + "(" + x + ")"
	}
	within := "abs(" + x + ") < 1e150"
	return "CASE WHEN bool_and(" + within + ") THEN " + function + "(" + x + ") FILTER (WHERE " + within + ") END"
}

func quantileOf(c result.Column, q float64) string {
	return notNaN("quantile_cont(CAST(" + engine.Identifier(c.Name) + " AS DOUBLE), " + strconv.FormatFloat(q, 'f', -1, 64) + ")")
}

// aggregates writes several, with the columns that they make. None at all is
// the size of the group.
func aggregates(path string, rel *source.Relation, list []operation.Aggregate, order string) (columns []result.Column, sql []string, err error) {
	if len(list) == 0 {
		list = []operation.Aggregate{{Func: operation.Size}}
	}
	for i, a := range list {
		s, t, err := aggregated(path+"["+strconv.Itoa(i)+"]", rel, a, order)
		if err != nil {
			return nil, nil, err
		}
		columns, sql = append(columns, result.Column{Name: a.Title(), Type: t}), append(sql, s)
	}
	return columns, sql, nil
}

// titles names the columns that aggregates make.
func titles(list []operation.Aggregate) []result.Column {
	out := make([]result.Column, len(list))
	for i, a := range list {
		out[i].Name = a.Title()
	}
	return out
}

// needsOrder reports whether an aggregate depends on the order of rows.
func needsOrder(list []operation.Aggregate) bool {
	return slices.ContainsFunc(list, func(a operation.Aggregate) bool { return a.Func == operation.First || a.Func == operation.Last })
}
