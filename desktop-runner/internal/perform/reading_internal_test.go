package perform

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
)

// Whoever writes rows with more columns needs all that there are. A column that
// was not read would make the work fail, and run again from the start.
func TestReading_OfAModelThatLeavesRows_LeavesNoColumnOut(t *testing.T) {
	t.Parallel()
	for _, spec := range operation.Models() {
		p := &operation.AnalyzeParams{Model: spec.Model, Features: []string{"a"}}
		w := &work{plan: plan.Plan{Params: json.RawMessage(`{"features":["a"]}`)}}
		first, _ := w.reading(p)
		all := first.Column == nil || first.Column("b")
		assert.Equalf(t, spec.LeavesRows, all && len(first.Request.Columns) == 0, "%s", spec.Model)
	}
}
