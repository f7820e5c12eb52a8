package leastsquares

import "context"

// SolveExactly and SolveRoughly choose the way by themselves.
func SolveExactly(ctx context.Context, p Problem) (*Fit, error) { return solve(ctx, p, true) }

// SolveRoughly takes the exact way only where it must.
func SolveRoughly(ctx context.Context, p Problem) (*Fit, error) { return solve(ctx, p, false) }
