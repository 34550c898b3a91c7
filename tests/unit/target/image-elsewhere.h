/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A struct that check_image.c sees only the declaration of. */
struct image_test_elsewhere;
int image_test_member(const struct image_test_elsewhere *p);
