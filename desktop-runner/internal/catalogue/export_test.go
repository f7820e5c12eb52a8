package catalogue

import "time"

// WaitBy gives a catalogue another clock to be patient by.
func WaitBy(c *Catalogue, after func(time.Duration) <-chan time.Time) { c.after = after }

// WaitForOthers waits for the servers that have not answered yet.
func WaitForOthers(c *Catalogue) { c.elsewhere.Wait() }
