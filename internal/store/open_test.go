package store

import (
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"
)

func TestAddressSaysWhatKindOfRedis(t *testing.T) {
	tests := map[string]struct {
		url   string
		kind  string
		addrs []string
		tls   bool
	}{
		"one server":             {url: "redis://:pw@h:7000/2", kind: "server", addrs: []string{"h:7000"}},
		"the usual port":         {url: "redis://h", kind: "server", addrs: []string{"h:6379"}},
		"this machine":           {url: "redis://", kind: "server", addrs: []string{"localhost:6379"}},
		"IPv6":                   {url: "redis://[::1]:7000", kind: "server", addrs: []string{"[::1]:7000"}},
		"TLS":                    {url: "rediss://h:7000", kind: "server", addrs: []string{"h:7000"}, tls: true},
		"a socket":               {url: "unix:///run/redis.sock?db=1", kind: "server", addrs: []string{"/run/redis.sock"}},
		"several hosts":          {url: "redis://u:p@a:1,b:2", kind: "cluster", addrs: []string{"a:1", "b:2"}},
		"several, usual port":    {url: "rediss://a,b:2", kind: "cluster", addrs: []string{"a:6379", "b:2"}, tls: true},
		"Sentinels":              {url: "redis://a:1,b:2?master=m", kind: "sentinel"},
		"one Sentinel":           {url: "redis://a:1/3?master=m", kind: "sentinel"},
		"an @ in the password":   {url: "redis://:p@w@h:1", kind: "server", addrs: []string{"h:1"}},
		"a pool size in the URL": {url: "redis://h:1?pool_size=5", kind: "server", addrs: []string{"h:1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rdb, err := dial(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			defer rdb.Close()
			kind, addrs, tls := kindOf(rdb)
			if kind != tt.kind || !slices.Equal(addrs, tt.addrs) || tls != tt.tls {
				t.Errorf("%s: %s at %v (TLS %t), want %s at %v (TLS %t)", tt.url, kind, addrs, tls, tt.kind, tt.addrs, tt.tls)
			}
		})
	}
}

func kindOf(rdb redis.UniversalClient) (kind string, addrs []string, tls bool) {
	switch c := rdb.(type) {
	case *redis.ClusterClient:
		return "cluster", c.Options().Addrs, c.Options().TLSConfig != nil
	case *redis.Client:
		if c.Options().Addr == "FailoverClient" {
			return "sentinel", nil, c.Options().TLSConfig != nil
		}
		return "server", []string{c.Options().Addr}, c.Options().TLSConfig != nil
	}
	return "", nil, false
}
