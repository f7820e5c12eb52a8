package finding

// Correlations is how each two columns of numbers go together: shown as a
// matrix, as a list of pairs, and as a picture.
type Correlations struct {
	// Columns are the names of the columns.
	Columns []string
	// Alone has the coefficient of each column with itself: 1, or NaN where it has
	// none.
	Alone []float64
	// Pairs has each two columns once, in the order in which they are shown.
	Pairs []Pair
	// Intervals says that pairs have them.
	Intervals bool
	// Withheld says which columns the policy withholds; nothing was calculated of
	// their pairs. It is nil where single rows may show.
	Withheld []bool
	// Model is what all coefficients rest on together, which are those of its rows:
	// with them one can calculate what a regression of one column by others tells.
	// It means nothing where single rows may show.
	Model Fit
}

// Pair is what was found of two columns, given by their places.
type Pair struct {
	X, Y int
	// N is how many rows have a number in both.
	N int
	// Coefficient is NaN where one of the columns is constant in these rows, or
	// where they are fewer than were asked for.
	Coefficient float64
	// PValue tests that the columns are independent; NaN for fewer than three rows.
	PValue float64
	// Low and High bound the coefficient; NaN for fewer than four rows.
	Low, High float64
}
