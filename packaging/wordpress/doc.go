// Package wordpress brings up real WordPress sites with the plugin in them, for
// tests and for people who want to look at its screens: it gets WordPress in
// several versions, lays out a site, and runs it on a MariaDB of its own.
//
// Nothing of it is made for the internet: sites answer on loopback only, with
// PHP's own server, and are gone when they are stopped or their program ends.
package wordpress
