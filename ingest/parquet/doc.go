// Package parquet reads columns of Parquet files that nobody vouches for. Start at Open, which reads the footer;
// File.Reader then reads one column page by page, dictionaries and indexes into them kept apart, so that a caller can
// look at each distinct value once.
//
// What a footer means is told by github.com/parquet-go/parquet-go/format. Pages are unpacked and decoded here, since a
// few bytes of a hostile file can declare gigabytes (a list of a billion columns, a run of a billion values, a
// snappy block of 4 GiB) and the libraries allocate what is declared: here nothing is allocated that was not first
// compared with what the file can hold, and all pages and dictionaries of a file together have a limit. The price is
// small: decoding takes about three times what the library's vector instructions need, less than a tenth of what a record costs in all.
//
// Limits: BROTLI, LZO, encrypted files and the deprecated BIT_PACKED levels are named and refused; BOOLEAN columns can
// be listed, but not read; checksums of pages are not verified; nested columns are handed over as levels and values.
package parquet
