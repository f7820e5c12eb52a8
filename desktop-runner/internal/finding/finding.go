// Package finding is what an operation found out, before anybody asked whether
// it may leave this computer. Every part says what it rests on: how many rows
// of the data are behind a number, and whether a value may be that of a single
// row. Package egress judges by that, and builds the document.
//
// An operation that finds out something of a new shape adds a part here and its
// rule to egress; it never writes a document itself.
package finding

import (
	"encoding/json"

	"ddap/desktop-runner/internal/frame"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// Finding is all that one operation found out.
type Finding struct {
	// Kind is that of the document, as in "analyze.kmeans".
	Kind string
	// Summary is a sentence for people. {name} stands for a metric, and becomes
	// words when the metric is withheld.
	Summary string
	// Parameters are the effective ones. They hold what the asker knows already.
	Parameters map[string]any
	Metrics    []Metric
	Splits     []Split
	// Tables are shown in this order.
	Tables []Table
	Charts []Chart
	// Output is the file with rows that stays on this computer, if any.
	Output *Output
	// Manifest says which data it is; of a fetch only.
	Manifest *Manifest
	// Model was trained, if any.
	Model *Model
	// Files leave with the result.
	Files []File
	// Notes may use {name} as Summary does.
	Notes []string
}

// Metric is a named number.
type Metric struct {
	Name  string
	Value float64
	Basis Basis
}

// Basis says what a number rests on.
type Basis struct {
	kind basis
	rows int64
}

type basis int

const (
	known basis = iota
	count
	remainder
	statistic
)

// Known is the basis of a number that says nothing about rows, such as the
// number of columns or of iterations.
func Known() Basis { return Basis{kind: known} }

// Count is the basis of a number of rows that were asked for: a small one is
// withheld, and none at all too, for it says that nobody is there.
func Count() Basis { return Basis{kind: count} }

// Remainder is the basis of a number of rows that were left over, such as those
// with missing values: a small one is withheld, and none may be told.
func Remainder() Basis { return Basis{kind: remainder} }

// Over is the basis of a statistic over so many rows.
func Over(rows int64) Basis { return Basis{kind: statistic, rows: rows} }

// Rows gives the number of rows that a metric describes, and whether zero may
// be told; ok is false for one that describes none.
func (m Metric) Rows() (rows int64, zeroTold, ok bool) {
	switch m.Basis.kind {
	case count:
		return int64(m.Value), false, true
	case remainder:
		return int64(m.Value), true, true
	case statistic:
		return m.Basis.rows, false, true
	default:
		return 0, false, false
	}
}

// CountsRows reports whether the metric is itself a number of rows.
func (m Metric) CountsRows() bool { return m.Basis.kind == count || m.Basis.kind == remainder }

// UsedAndDropped gives the metrics that say how many rows were used and how many
// were left out, and that they are the parts of all rows.
func UsedAndDropped(used, dropped int64) ([]Metric, Split) {
	return []Metric{
		{Name: "rows", Value: float64(used + dropped), Basis: Count()},
		{Name: "rows_used", Value: float64(used), Basis: Count()},
		{Name: "rows_dropped", Value: float64(dropped), Basis: Remainder()},
	}, Split{Total: "rows", Parts: []string{"rows_used", "rows_dropped"}, Keep: "rows_used"}
}

// Split says that some counting metrics are the parts of another, so that one
// that is withheld could be had by subtraction.
type Split struct {
	Total string
	Parts []string
	// Keep names the one of Total and Parts that is told when something must be
	// withheld: the one that follows from other metrics anyway.
	Keep string
}

// Table is a part that is shown as a table. The types are *Schema, *Sample,
// *Profile, *Estimates, *Correlations, *Groups and *Crosstab.
type Table interface{ table() }

// Schema is the names and types of columns, which the owner announces anyway.
type Schema struct{ Columns []result.Column }

// Sample is rows of the data.
type Sample struct {
	Name, Title string
	Columns     []result.Column
	Frame       frame.Frame
	// TotalRows is how many rows there are; the frame has the first of them.
	TotalRows int64
}

// Profile is what can be said of each column by itself.
type Profile struct {
	Name, Title string
	// Rows is how many rows were looked at.
	Rows int64
	// Statistics has one row for each column, with the columns of StatisticsColumns.
	Statistics frame.Frame
	// Distributions holds the distribution of columns, by name.
	Distributions []Distribution
	// Varied says for each row of Statistics what Groups.Varied does. A column
	// of numbers without it tells nothing where single rows must not show.
	Varied []int64
}

// StatisticsColumns are the columns of a profile's statistics, with the names
// that pandas' describe has.
//
//	count    values that are there
//	missing  values that are not; NaN is none
//	distinct different values, missing ones apart
//	mean     arithmetic mean; of numbers only, as all that follow
//	std      standard deviation of the sample (ddof=1); missing for fewer than two values
//	min, max smallest and largest value
//	25%, 50%, 75%  quartiles by linear interpolation between the two nearest values
func StatisticsColumns() []result.Column {
	return []result.Column{
		{Name: "column", Type: result.Text},
		{Name: "type", Type: result.Text},
		{Name: "count", Type: result.Integer},
		{Name: "missing", Type: result.Integer},
		{Name: "distinct", Type: result.Integer},
		{Name: "mean", Type: result.Float},
		{Name: "std", Type: result.Float},
		{Name: "min", Type: result.Float},
		{Name: "25%", Type: result.Float},
		{Name: "50%", Type: result.Float},
		{Name: "75%", Type: result.Float},
		{Name: "max", Type: result.Float},
	}
}

// Distribution is how the values of one column, or of the errors of a model,
// are spread. Either Edges is set, or Values.
type Distribution struct {
	// Name is the chart's; Column the column's, or empty.
	Name, Title string
	Column      string
	AxisTitle   string
	// Edges are the bounds of the bins, one more than there are; values on a
	// bound belong to the bin above it, but for the last.
	Edges []float64
	// FromRange means that the first and last edge come from the smallest and
	// largest value; else the edges come from mean and standard deviation only,
	// and the outer bins hold everything beyond.
	FromRange bool
	// Values are the most frequent values, the most frequent first.
	Values []any
	// Rows counts the rows of each bin or value.
	Rows []int64
	// Rest counts the rows with other values.
	Rest int64
	// Missing counts the rows without a value; together with Rows and Rest all
	// rows that were looked at.
	Missing int64
}

// Crosstab is a table whose rows and columns are values of keys, and whose cells
// each describe the rows that have both.
type Crosstab struct {
	Name, Title string
	Columns     []result.Column
	Frame       frame.Frame
	// RowOf and ColumnOf say which row and column of the grid the rows and columns
	// of the frame are; a column of keys is a negative one.
	RowOf, ColumnOf []int
	Grid            *Grid
}

// Grid says what the cells of a crosstab rest on. Beside its rows and columns, it
// has a last one of each with totals, also where these are not shown.
type Grid struct {
	Rows, Columns int
	// Sizes are the rows of the data in each cell, and Few how many of them decide
	// its number by themselves; as many where all of them do.
	Sizes, Few [][]int64
	// Outside counts the rows that are not even in the total of all.
	Outside int64
}

// NewGrid makes a grid of empty cells, with totals.
func NewGrid(rows, columns int) *Grid {
	g := &Grid{Rows: rows, Columns: columns}
	for range rows + 1 {
		g.Sizes, g.Few = append(g.Sizes, make([]int64, columns+1)), append(g.Few, make([]int64, columns+1))
	}
	return g
}

// Set says what one cell rests on.
func (g *Grid) Set(row, column int, size, few int64) {
	g.Sizes[row][column], g.Few[row][column] = size, few
}

// Estimates is a table whose every number is computed from all rows together,
// such as the coefficients of a model.
type Estimates struct {
	Name, Title string
	Columns     []result.Column
	Frame       frame.Frame
	Model       Fit
}

// Fit says what a model rests on.
type Fit struct {
	// Rows were used; Parameters were estimated from them.
	Rows       int64
	Parameters int64
	// Support is the smallest number of rows that one parameter alone rests on,
	// as when a feature has the same value in all other rows; SupportOf is its name.
	Support   int64
	SupportOf string
	// Leverages has, for each row, the part of its own prediction that it
	// decides, from 0 to 1; nil for models without predictions.
	Leverages []float64
}

// Groups is a table with a row for each group of rows, whose size is in the
// column Size; the other numbers describe the group.
type Groups struct {
	Name, Title string
	Columns     []result.Column
	Frame       frame.Frame
	// Size names the column with the number of rows of the group; Sizes has them
	// where no column does. Told are the columns that say nothing about its rows,
	// such as its number.
	Size  string
	Sizes []int64
	Told  []string
	// Keyed means that columns have values of the data by which groups are told
	// apart: that such a group is there at all is not told of a small one.
	Keyed bool
	// Single are the columns whose values may be those of single rows. Parts are
	// those that count some of the rows of the group.
	Single, Parts []string
	// Outside counts the rows that belong to no group.
	Outside int64
	// Varied says, for a column of means and for each group, how many rows differ
	// from its most frequent value; all of them where no value stands twice. The
	// mean of a hundred rows of which one is not zero is that row's value. Other
	// columns are judged by the size of the group.
	Varied map[string][]int64
	// Formed says for each group how many rows its numbers were calculated from,
	// where those are others than the ones in it; nil where they never are.
	Formed []int64
	// Model says what the groups were found from; nil for groups of the data.
	Model *Fit
}

func (*Schema) table()       {}
func (*Sample) table()       {}
func (*Profile) table()      {}
func (*Estimates) table()    {}
func (*Correlations) table() {}
func (*Groups) table()       {}
func (*Crosstab) table()     {}

// Chart is a part that is shown as a picture. The types are *Distribution,
// *Points, *Curves and *Sizes.
type Chart interface{ chart() }

// Points is a picture of single rows.
type Points struct{ Chart result.Chart }

// Curves is a picture of numbers that each rest on all rows of a fit.
type Curves struct {
	Chart result.Chart
	Model Fit
}

// Sizes is a bar for each group of the Groups table of that name.
type Sizes struct {
	Name, Title, Groups, AxisTitle string
	// Labels are the bars' names, in the order of the groups.
	Labels []any
}

// GroupChart draws columns Y of the Groups table of that name over its column X,
// as bars or lines. What is withheld in the table is withheld here.
type GroupChart struct {
	Name, Title, Groups, X string
	Type                   result.ChartType
	Y                      []string
}

func (*Distribution) chart() {}
func (*Points) chart()       {}
func (*Curves) chart()       {}
func (*Sizes) chart()        {}
func (*GroupChart) chart()   {}

// Output is a file in the work folder with rows that stay on this computer.
type Output struct {
	File    string
	Rows    int64
	Bytes   int64
	Columns []result.Column
	// From is how many rows it was made of.
	From int64
	// Apart counts those of its rows of which a part of the finding tells nothing:
	// how many they are would follow from the number of all.
	Apart int64
	// Grouped means that its rows are groups, and none of them a row of the data.
	Grouped bool
}

// File is a file in the work folder that leaves.
type File struct {
	Name, ContentType string
	Holds             Content
}

// Content says what is in a file that leaves.
type Content string

// What a file may hold.
const (
	// RowsOfData are rows as they are.
	RowsOfData Content = "rows"
	// Report was made of documents that had passed egress before.
	Report Content = "report"
)

// Kind gives a document's kind for an operation and, for analyze, its model.
func Kind(code operation.Code, model operation.Model) string {
	if model != "" {
		return code.Name() + "." + string(model)
	}
	return code.Name()
}

// Model is a model that was trained, to be kept for predictions.
type Model struct {
	Name    operation.Model
	Target  result.Column
	Classes []string
	// Features are the columns that it has to be given; Preprocess and Fitted are
	// parts of a trained.File.
	Features           []result.Column
	Preprocess, Fitted json.RawMessage
	// Fit is what it rests on.
	Fit Fit
}
