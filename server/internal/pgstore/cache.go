package pgstore

import "sync"

// cacheLimit keeps a cache from growing without bound: far above what a
// workspace has, and small in memory.
const cacheLimit = 50_000

// cache remembers ids of rows that never change and are never deleted. The
// zero cache is ready for use, by many goroutines.
type cache[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]V
}

func (c *cache[K, V]) get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.entries[key]
	return v, ok
}

func (c *cache[K, V]) put(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil || len(c.entries) >= cacheLimit {
		c.entries = make(map[K]V)
	}
	c.entries[key] = value
}
