package workbook

import "math"

// epoch is the day that a workbook counts from.
type epoch uint8

const (
	// epoch1900 counts 1 January 1900 as 1, and a 29 February 1900 that never was
	// as 60; Lotus 1-2-3 had it so.
	epoch1900 epoch = iota
	epoch1904
)

const (
	// zero1900 and zero1904 are the days 0, counted from 1 January 1970. That of
	// 1900 fits the days from 61 on.
	zero1900  = -25569
	zero1904  = -24107
	lastDay   = 2932896 // 31 December 9999
	dayMillis = 24 * 60 * 60 * 1000
)

// moment is the value of a number whose format shows a date or a time. Excel
// calculates times to a thousandth of a second. A number that is no moment is
// shown as #### by spreadsheet programs, and is an error here.
func (e epoch) moment(serial float64, form dateForm) Value {
	if !(serial >= 0) || serial > lastDay-zero1900+1 {
		return Value{Kind: Error}
	}
	whole := math.Floor(serial)
	day, millis := int64(whole), int64(math.RoundToEven((serial-whole)*dayMillis))
	if form == showsElapsed && day*dayMillis+millis >= dayMillis {
		return Value{Kind: Duration, Int: day*dayMillis + millis}
	}
	if millis == dayMillis {
		day, millis = day+1, 0
	}
	if day == 0 && (e == epoch1900 || form&showsDate == 0) {
		return Value{Kind: Time, Int: millis}
	}
	switch {
	case e == epoch1904:
		day += zero1904
	case serial < 60:
		day += zero1900 + 1
	default:
		day += zero1900
	}
	switch {
	case day > lastDay:
		return Value{Kind: Error}
	case millis == 0 && form&showsTime == 0:
		return Value{Kind: Date, Int: day * dayMillis}
	default:
		return Value{Kind: Timestamp, Int: day*dayMillis + millis}
	}
}

// Moment gives the date or time that a number means in the workbook; what is no
// number stays as it is.
func (b *Book) Moment(v Value) Value {
	if v.Kind != Integer && v.Kind != Number {
		return v
	}
	return b.epoch.moment(v.float(), showsDate)
}
