package events

import (
	"ddap/server/internal/store"
	"ddap/shared/api"
)

// View gives an event in the form in which clients get it, whichever way.
func View(e *store.FeedEvent) api.StreamEvent { return view(e) }
