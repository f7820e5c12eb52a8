package httpapi

// RouteTable lists every route of the table, as "METHOD /path/{parameter}", with
// those that answer at the root.
func RouteTable() []string {
	var all []string
	for key := range routes {
		all = append(all, key)
	}
	for _, key := range atRoot {
		all = append(all, atRootKey(key))
	}
	return all
}
