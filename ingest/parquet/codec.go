package parquet

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// codecs are the unpackers of one reader, made when they are first needed.
type codecs struct {
	whole func(room, packed []byte) (text []byte, ok bool) // File.Unzip
	zip   *gzip.Reader
	zstd  *zstd.Decoder
	from  bytes.Reader
}

// unpack unpacks a page to exactly size bytes, in dst if they fit. Where nothing is packed it still copies: what is
// packed is a view that moves on.
func (c *codecs) unpack(codec format.CompressionCodec, dst, packed []byte, size int) ([]byte, error) {
	if size == 0 {
		return dst[:0], nil
	}
	if !expands(codec, len(packed), size) {
		return dst[:0], damaged("%d bytes are declared to unpack to %d", len(packed), size)
	}
	if cap(dst) < size {
		dst = make([]byte, size)
	}
	dst = dst[:size]
	n, err := 0, error(nil)
	switch codec {
	case format.Uncompressed:
		n = copy(dst, packed)
		if len(packed) != size {
			n = len(packed)
		}
	case format.Snappy:
		n, err = unsnap(dst, packed)
	case format.Gzip:
		n, err = c.unzip(dst, packed)
	case format.Zstd:
		n, err = c.unzstd(dst, packed)
	case format.Lz4Raw:
		n, err = lz4.UncompressBlock(packed, dst)
	case format.Lz4:
		n, err = unlz4(dst, packed)
	default:
		return dst, foreign("its pages are packed by %s", codec)
	}
	if err != nil {
		return dst, damaged("%s: %w", codec, err)
	}
	if n != size {
		return dst, damaged("%s: a page of %d bytes where %d are declared", codec, n, size)
	}
	return dst, nil
}

// expands says whether so many packed bytes can unpack to so many: the codecs have bounds. It keeps a few bytes that
// declare much from taking much.
func expands(codec format.CompressionCodec, packed, size int) bool {
	most := int64(1)
	switch codec {
	case format.Snappy: // two bytes copy up to 64
		most = 32
	case format.Gzip: // two bits copy 258
		most = 1032
	case format.Lz4, format.Lz4Raw: // each byte copies up to 255 more
		most = 255
	default:
		return codec != format.Uncompressed || packed == size
	}
	return int64(size) <= most*int64(packed)+64
}

func unsnap(dst, packed []byte) (int, error) {
	n, err := snappy.DecodedLen(packed)
	if err != nil || n != len(dst) {
		return n, err
	}
	got, err := snappy.Decode(dst, packed)
	return len(got), err
}

func (c *codecs) unzip(dst, packed []byte) (int, error) {
	if c.whole != nil {
		if text, ok := c.whole(dst[:0:len(dst)], packed); ok && len(text) == len(dst) && &text[0] == &dst[0] {
			return len(dst), nil
		}
	}
	c.from.Reset(packed)
	var err error
	if c.zip == nil {
		c.zip, err = gzip.NewReader(&c.from)
	} else {
		err = c.zip.Reset(&c.from)
	}
	if err != nil {
		return 0, err
	}
	n, err := io.ReadFull(c.zip, dst)
	if err != nil {
		return n, err
	}
	var more [1]byte
	if extra, err := c.zip.Read(more[:]); extra > 0 || err != io.EOF {
		return n + extra, noEOF(err)
	}
	return n, nil
}

func noEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

func (c *codecs) unzstd(dst, packed []byte) (int, error) {
	if c.zstd == nil {
		var err error
		c.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(largestPage), zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			return 0, err
		}
	}
	got, err := c.zstd.DecodeAll(packed, dst[:0:len(dst)])
	return len(got), err
}

// unlz4 unpacks what was called LZ4 before the format said what that is: blocks in Hadoop's frame, each behind two
// lengths, or one bare block.
func unlz4(dst, packed []byte) (int, error) {
	n, rest := 0, packed
	for len(rest) >= 8 {
		plain, block := binary.BigEndian.Uint32(rest), binary.BigEndian.Uint32(rest[4:])
		if uint64(block) > uint64(len(rest)-8) || uint64(plain) > uint64(len(dst)-n) {
			break
		}
		got, err := lz4.UncompressBlock(rest[8:8+block], dst[n:n+int(plain)])
		if err != nil || got != int(plain) {
			break
		}
		n, rest = n+got, rest[8+block:]
	}
	if len(rest) == 0 && n == len(dst) {
		return n, nil
	}
	return lz4.UncompressBlock(packed, dst)
}
