package perform

import (
	"context"
	"errors"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
)

// blame looks for the damaged file behind a failure of the engine that names
// none. Parquet is read in place while an operation works, so a file that is
// damaged in its middle fails there. Call it when the engine is closed.
func (w *work) blame(ctx context.Context, err error, inputs []plan.Input) error {
	if _, ofEngine := errors.AsType[*engine.Error](err); !ofEngine {
		return err
	}
	if kind := engine.KindOf(err); kind != engine.Unreadable && kind != engine.Internal {
		return err
	}
	for _, in := range inputs {
		if damage := source.FindDamage(ctx, in.Name, *in.File, w.plan.WorkDir, w.plan.Limits); damage != nil {
			return damage
		}
	}
	return err
}
