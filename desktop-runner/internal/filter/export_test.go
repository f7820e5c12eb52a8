package filter

// InPieces runs a filter that groups its rows in so many pieces.
var InPieces = attempt
