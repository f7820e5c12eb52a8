package sandbox

import "os"

// offerToOOMKiller makes the kernel end this process rather than the agent or
// the owner's programs.
func offerToOOMKiller() {
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
}
