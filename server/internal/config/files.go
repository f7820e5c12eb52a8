package config

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"
)

// addUploads defines the flags that bound uploads.
func (c *Config) addUploads(flags *pflag.FlagSet) {
	flags.Int64Var(&c.MaxUploadBytes, "max-upload-bytes", c.MaxUploadBytes, "size of one upload at most")
	flags.DurationVar(&c.UploadRetention, "upload-retention", c.UploadRetention, "how long an upload is kept that no unfinished task needs, at most")
}

// The bounds of the retention: a minute, so that a task can be made with an
// upload at all, and ten years, so that every expiry is a date.
const (
	minRetention = time.Minute
	maxRetention = 10 * 365 * 24 * time.Hour
)

func (c *Config) checkFiles() (wrong []error) {
	if c.MaxUploadBytes < 1 {
		wrong = append(wrong, fmt.Errorf("--max-upload-bytes must be at least 1, not %d", c.MaxUploadBytes))
	}
	if c.UploadRetention < minRetention || c.UploadRetention > maxRetention {
		wrong = append(wrong, fmt.Errorf("--upload-retention must be from %s to %s, not %s", minRetention, maxRetention, c.UploadRetention))
	}
	return wrong
}
