package perform

import (
	"math"
	"time"
)

// What is said of the time left. The numbers were chosen on recorded tasks
// and made-up ones with stalls (see TestTimeLeft_DoesNotJump).
const (
	// knownAfter and knownFraction are how much must have been seen before
	// anything is said: a guess from the first moments is worse than none.
	knownAfter    = 3 * time.Second
	knownFraction = 0.03
	// memory is over which time the speed is taken, at least; it grows with the
	// work, because a pause of ten seconds says little of an hour.
	memory       = 5 * time.Second
	memoryOfWork = 0.12
	// quiet is how long the work may stand still, at least, before it is said no
	// more how long it takes: there is nothing to tell that from.
	quiet       = 15 * time.Second
	quietOfWork = 0.25
	// correction is how fast what is said follows what is true.
	correction = 4 * time.Second
	// trifle is the part by which the truth must be above what is said before it
	// rises; it then rises by maxRise a second, and by maxRiseAtOnce at most.
	trifle        = 0.10
	maxRise       = 0.03
	maxRiseAtOnce = 0.10
)

// timeLeft estimates how long the rest of the work takes, so that what people
// see counts down and does not jump: the speed is an exponentially weighted mean,
//
//	speed = sum(done_i · w_i) / sum(time_i · w_i),  w_i = exp(-age_i / memory)
//
// and what is said goes towards (1-fraction)/speed little by little. The zero
// value is ready.
type timeLeft struct {
	begun, last time.Time
	fraction    float64
	// done and took are the weighted sums.
	done, took float64
	// moved is when the fraction last grew, and resumed when it began to after a
	// time of quiet.
	moved, resumed time.Time
	// shown is what was said last; zero is nothing.
	shown time.Duration
}

// observe takes in the fraction of the whole work at a time, neither of which
// goes back, and gives the time left; false where it is not known well enough.
func (l *timeLeft) observe(now time.Time, fraction float64) (time.Duration, bool) {
	if l.begun.IsZero() {
		l.begun, l.last, l.moved, l.resumed, l.fraction = now, now, now, now, fraction
		return 0, false
	}
	step := now.Sub(l.last)
	l.learn(now, step, fraction)
	l.last = now
	if fraction >= 1 || !l.known(now, fraction) {
		l.shown = 0
		return 0, false
	}
	truth := time.Duration(min((1-fraction)/(l.done/l.took), math.MaxInt32) * float64(time.Second))
	l.shown = follow(l.shown, truth, step)
	return l.shown, true
}

// learn adds what was done since the last time to the speed.
func (l *timeLeft) learn(now time.Time, step time.Duration, fraction float64) {
	if fraction > l.fraction {
		if now.Sub(l.moved) > l.patience(now) {
			l.resumed = now
		}
		l.moved = now
	}
	over := max(memory, time.Duration(memoryOfWork*float64(now.Sub(l.begun))))
	weight := math.Exp(-step.Seconds() / over.Seconds())
	l.done = l.done*weight + max(0, fraction-l.fraction)
	l.took = l.took*weight + step.Seconds()
	l.fraction = max(l.fraction, fraction)
}

// known reports whether the speed rests on enough.
func (l *timeLeft) known(now time.Time, fraction float64) bool {
	return fraction >= knownFraction && l.done > 0 && now.Sub(l.resumed) >= knownAfter && now.Sub(l.moved) <= l.patience(now)
}

func (l *timeLeft) patience(now time.Time) time.Duration {
	return max(quiet, time.Duration(quietOfWork*float64(now.Sub(l.begun))))
}

// follow goes from what was said towards the truth, after a step of time.
func follow(shown, truth, step time.Duration) time.Duration {
	if shown == 0 {
		return max(truth, time.Second)
	}
	part := 1 - math.Exp(-step.Seconds()/correction.Seconds())
	expected := shown - step
	next := expected + time.Duration(part*float64(truth-expected))
	if next > shown {
		rise := min(maxRise*step.Seconds(), maxRiseAtOnce)
		if float64(truth) < float64(shown)*(1+trifle) {
			rise = 0
		}
		next = min(next, time.Duration(float64(shown)*(1+rise)))
	}
	return max(next, time.Second)
}
