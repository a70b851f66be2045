/* SPDX-License-Identifier: GPL-2.0 */
/* Records in fewer bytes, and back; see pack.c. */
#ifndef _IPCTRACE_PACK_H
#define _IPCTRACE_PACK_H

#include <ipctrace/capture.h>

#include "shared/portable.h"

/* What may be read past the end of what is packed, and of what is unpacked */
#define PACK_SLACK	1024

/* Content of a block of that many bytes of records, at most */
#define PACK_CONTENT_BYTES(bytes) \
	(sizeof(struct ipctrace_capture_content) + (bytes))

/**
 * enum pack_means - how many bytes a processor can compare at a time
 * @PACK_PLAIN: nothing special is needed
 * @PACK_SSE2: 16 bytes
 * @PACK_AVX2: 32 bytes, and other features that came with that
 */
enum pack_means {
	PACK_PLAIN,
	PACK_SSE2,
	PACK_AVX2,
};

struct packer;

struct packer *packer_new(void);
bool packer_use(struct packer *packer, enum pack_means means);
void packer_free(struct packer *packer);
size_t pack_plain(const void *records, u32 bytes, void *content);
size_t pack(struct packer *packer, const void *records, u32 bytes,
	    void *content);

struct unpacker;

struct unpacker *unpacker_new(void);
void unpacker_free(struct unpacker *unpacker);
bool unpack(struct unpacker *unpacker, const void *content, size_t content_bytes,
	    void *records, u32 bytes);

#endif /* _IPCTRACE_PACK_H */
