//go:build linux

package source

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What looks through a whole file has to end with the task, however long the file
// is: this one has no end.
func TestScans_EndWithTheirContext(t *testing.T) {
	t.Parallel()
	const endless = "/dev/zero"
	scans := map[string]func(ctx context.Context){
		"odd line ends": func(ctx context.Context) { hasOddLineEnds(ctx, endless) },
		"blank lines":   func(ctx context.Context) { hasBlankLines(ctx, endless) },
		"another encoding": func(ctx context.Context) {
			foreignText(ctx, endless)
		},
		"texts for a missing value": func(ctx context.Context) { occurring(ctx, endless, []string{"NA"}, nil) },
		"a broken line of JSON":     func(ctx context.Context) { brokenLine(ctx, endless) },
		"a broken record": func(ctx context.Context) {
			require.Error(t, checkStructure(ctx, endless, dialect{delimiter: ',', fields: 2}))
		},
		"kinds": func(ctx context.Context) {
			require.ErrorIs(t, (&text{text: endless, dialect: dialect{delimiter: ',', fields: 2}}).sniff(ctx, 0), context.DeadlineExceeded)
		},
		"one thread": func(ctx context.Context) {
			changed, err := (&text{text: endless, dialect: dialect{delimiter: ',', fields: 2}}).refitThreads(ctx)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.False(t, changed)
		},
		"the encoding anew": func(ctx context.Context) {
			_, err := (&text{text: endless, encoding: utf8Name}).refitEncoding(ctx, "", 0)
			require.ErrorIs(t, err, context.DeadlineExceeded, "and nothing is said of the file")
		},
	}
	for name, scan := range scans {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			scan(ctx)
			require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded, "it ended before")
		})
	}
}
