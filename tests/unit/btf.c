// SPDX-License-Identifier: GPL-2.0
/*
 * Members of structures in a description of types: found where they are what they
 * must be, and nowhere else.
 */
#include <linux/btf.h>

#include "btf_types.h"
#include "kselftest_harness.h"

/* A description in the making */
FIXTURE(btf)
{
	u32 types[256];
	char strings[1024];
	u32 nr_types, nr_words, nr_strings;
	u64 blob[512];
	struct ipct_btf_found found;
};

FIXTURE_SETUP(btf)
{
	self->nr_strings = 1;
}

FIXTURE_TEARDOWN(btf)
{
}

#define DATA	FIXTURE_DATA(btf)

static u32 string(DATA *self, const char *text)
{
	u32 at = self->nr_strings;

	if (!text)
		return 0;
	strcpy(self->strings + at, text);
	self->nr_strings += strlen(text) + 1;
	return at;
}

static u32 add(DATA *self, u32 kind, const char *name, u32 vlen, u32 size_or_type)
{
	self->types[self->nr_words++] = string(self, name);
	self->types[self->nr_words++] = kind << 24 | vlen;
	self->types[self->nr_words++] = size_or_type;
	return ++self->nr_types;
}

static u32 number(DATA *self, const char *name, u32 bytes)
{
	u32 type = add(self, BTF_KIND_INT, name, 0, bytes);

	self->types[self->nr_words++] = BTF_INT_SIGNED << 24 | bytes * 8;
	return type;
}

static u32 array(DATA *self, u32 of, u32 nelems)
{
	u32 type = add(self, BTF_KIND_ARRAY, NULL, 0, 0);

	self->types[self->nr_words++] = of;
	self->types[self->nr_words++] = of;
	self->types[self->nr_words++] = nelems;
	return type;
}

/* A structure with a member at a byte */
static u32 structure(DATA *self, const char *name, u32 bytes, const char *member,
		     u32 type, u32 at)
{
	u32 number = add(self, BTF_KIND_STRUCT, name, 1, bytes);

	self->types[self->nr_words++] = string(self, member);
	self->types[self->nr_words++] = type;
	self->types[self->nr_words++] = at * 8;
	return number;
}

/* What is said of a member then */
static struct ipct_btf_found find(DATA *self, struct ipct_btf_wanted wanted)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = self->nr_words * sizeof(u32),
		.str_off = self->nr_words * sizeof(u32),
		.str_len = self->nr_strings,
	};
	struct ipct_btf_types types;
	char *to = (char *)self->blob;
	size_t size = sizeof(header) + header.type_len + header.str_len;

	memcpy(to, &header, sizeof(header));
	memcpy(to + sizeof(header), self->types, header.type_len);
	memcpy(to + sizeof(header) + header.str_off, self->strings, header.str_len);
	if (!ipct_btf_types_parse(to, size, &types))
		return (struct ipct_btf_found){ .offset = -2 };
	ipct_btf_types_find(&types, &wanted, 1, &self->found);
	return self->found;
}

static const struct ipct_btf_wanted nsems = {
	"sem_array", "sem_nsems", IPCT_BTF_INT, 4, NULL
};
static const struct ipct_btf_wanted refs = {
	"sem_undo_list", "refcnt", IPCT_BTF_STRUCT, 4, "refcount_struct"
};
static const struct ipct_btf_wanted file = {
	"shmid_kernel", "shm_file", IPCT_BTF_POINTER, 0, "file"
};
static const struct ipct_btf_wanted adjust = {
	"sem_undo", "semadj", IPCT_BTF_NUMBERS, 2, NULL
};

TEST_F(btf, an_int)
{
	structure(self, "sem_array", 64, "sem_nsems", number(self, "int", 4), 40);
	EXPECT_EQ(40, find(self, nsems).offset);
}

TEST_F(btf, none_of_that_name)
{
	structure(self, "sem_array", 64, "sems", number(self, "int", 4), 40);
	EXPECT_EQ(-1, find(self, nsems).offset);
	EXPECT_EQ(0, self->found.type);
}

TEST_F(btf, an_int_of_another_size)
{
	structure(self, "sem_array", 64, "sem_nsems", number(self, "long", 8), 40);
	EXPECT_EQ(-1, find(self, nsems).offset);
	EXPECT_NE(0, self->found.type);
}

TEST_F(btf, a_pointer_is_no_int)
{
	u32 type = add(self, BTF_KIND_PTR, NULL, 0, number(self, "int", 4));

	structure(self, "sem_array", 64, "sem_nsems", type, 40);
	EXPECT_EQ(-1, find(self, nsems).offset);
}

TEST_F(btf, other_names_of_a_type)
{
	u32 type = add(self, BTF_KIND_TYPEDEF, "s32", 0, number(self, "int", 4));

	type = add(self, BTF_KIND_CONST, NULL, 0, type);
	type = add(self, BTF_KIND_VOLATILE, NULL, 0, type);
	structure(self, "sem_array", 64, "sem_nsems", type, 40);
	EXPECT_EQ(40, find(self, nsems).offset);
}

TEST_F(btf, a_name_of_itself)
{
	u32 type = add(self, BTF_KIND_TYPEDEF, "s32", 0, 1);

	structure(self, "sem_array", 64, "sem_nsems", type, 40);
	EXPECT_EQ(-1, find(self, nsems).offset);
}

TEST_F(btf, a_type_that_there_is_not)
{
	structure(self, "sem_array", 64, "sem_nsems", 1000, 40);
	EXPECT_EQ(-1, find(self, nsems).offset);
}

TEST_F(btf, bits_are_no_int)
{
	u32 type = number(self, "int", 4);

	structure(self, "sem_array", 64, "sem_nsems", type, 40);
	self->types[self->nr_words - 5] |= 1U << 31;	/* kind_flag */
	self->types[self->nr_words - 1] |= 3 << 24;
	EXPECT_EQ(-1, find(self, nsems).offset);
	self->types[self->nr_words - 1] &= 0xffffff;
	EXPECT_EQ(40, find(self, nsems).offset);
}

TEST_F(btf, a_structure)
{
	u32 type = structure(self, "refcount_struct", 4, "refs",
			     number(self, "int", 4), 0);

	type = add(self, BTF_KIND_TYPEDEF, "refcount_t", 0, type);
	structure(self, "sem_undo_list", 24, "refcnt", type, 8);
	EXPECT_EQ(8, find(self, refs).offset);
}

TEST_F(btf, another_structure)
{
	u32 type = structure(self, "percpu_ref", 4, "refs",
			     number(self, "int", 4), 0);

	structure(self, "sem_undo_list", 24, "refcnt", type, 8);
	EXPECT_EQ(-1, find(self, refs).offset);
}

TEST_F(btf, a_structure_of_another_size)
{
	u32 type = structure(self, "refcount_struct", 8, "refs",
			     number(self, "int", 4), 0);

	structure(self, "sem_undo_list", 24, "refcnt", type, 8);
	EXPECT_EQ(-1, find(self, refs).offset);
}

TEST_F(btf, a_number_is_no_structure)
{
	structure(self, "sem_undo_list", 24, "refcnt", number(self, "int", 4), 8);
	EXPECT_EQ(-1, find(self, refs).offset);
}

TEST_F(btf, a_pointer)
{
	u32 type = add(self, BTF_KIND_FWD, "file", 0, 0);

	type = add(self, BTF_KIND_PTR, NULL, 0, type);
	structure(self, "shmid_kernel", 256, "shm_file", type, 128);
	EXPECT_EQ(128, find(self, file).offset);
}

TEST_F(btf, a_pointer_to_another)
{
	u32 type = structure(self, "inode", 64, "i", number(self, "int", 4), 0);

	type = add(self, BTF_KIND_PTR, NULL, 0, type);
	structure(self, "shmid_kernel", 256, "shm_file", type, 128);
	EXPECT_EQ(-1, find(self, file).offset);
}

TEST_F(btf, a_pointer_to_anything)
{
	u32 type = add(self, BTF_KIND_PTR, NULL, 0, 0);

	structure(self, "shmid_kernel", 256, "shm_file", type, 128);
	EXPECT_EQ(-1, find(self, file).offset);
}

TEST_F(btf, the_structure_itself_is_no_pointer)
{
	u32 type = structure(self, "file", 64, "i", number(self, "int", 4), 0);

	structure(self, "shmid_kernel", 256, "shm_file", type, 128);
	EXPECT_EQ(-1, find(self, file).offset);
}

TEST_F(btf, numbers_elsewhere)
{
	u32 type = add(self, BTF_KIND_PTR, NULL, 0, number(self, "short", 2));

	structure(self, "sem_undo", 72, "semadj", type, 64);
	EXPECT_EQ(64, find(self, adjust).offset);
	EXPECT_FALSE(self->found.inside);
}

TEST_F(btf, numbers_inside)
{
	structure(self, "sem_undo", 64, "semadj",
		  array(self, number(self, "short", 2), 0), 64);
	EXPECT_EQ(64, find(self, adjust).offset);
	EXPECT_TRUE(self->found.inside);
}

TEST_F(btf, wider_numbers)
{
	structure(self, "sem_undo", 64, "semadj",
		  array(self, number(self, "int", 4), 0), 64);
	EXPECT_EQ(-1, find(self, adjust).offset);
}

TEST_F(btf, so_many_numbers)
{
	structure(self, "sem_undo", 72, "semadj",
		  array(self, number(self, "short", 2), 4), 64);
	EXPECT_EQ(-1, find(self, adjust).offset);
}

TEST_F(btf, no_description)
{
	struct ipct_btf_types types;
	u64 zeros[8] = { 0 };

	EXPECT_FALSE(ipct_btf_types_parse(zeros, sizeof(zeros), &types));
	EXPECT_FALSE(ipct_btf_types_parse(zeros, 3, &types));
}

TEST_HARNESS_MAIN
