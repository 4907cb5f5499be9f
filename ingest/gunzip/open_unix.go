//go:build (linux || darwin) && (amd64 || arm64)

package gunzip

import (
	"runtime"

	"github.com/ebitengine/purego"
)

// names are those of the shared library, as distributions install it; Homebrew's folders are not searched by themselves.
func names() []string {
	if runtime.GOOS == "darwin" {
		return []string{"libdeflate.0.dylib", "/opt/homebrew/lib/libdeflate.0.dylib", "/usr/local/lib/libdeflate.0.dylib"}
	}
	return []string{"libdeflate.so.0"}
}

func open() *library {
	for _, name := range names() {
		handle, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL)
		if err != nil {
			continue
		}
		alloc, err := purego.Dlsym(handle, "libdeflate_alloc_decompressor")
		if err != nil {
			continue
		}
		unzip, err := purego.Dlsym(handle, "libdeflate_gzip_decompress_ex")
		if err != nil {
			continue
		}
		l := &library{}
		purego.RegisterFunc(&l.alloc, alloc)
		purego.RegisterFunc(&l.unzip, unzip)
		return l
	}
	return nil
}
