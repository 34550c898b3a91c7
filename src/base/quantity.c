/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "base/quantity.h"

/* Not strtod(): that knows locales, exponents, hexadecimal and infinity. */
bool quantity_number(const char *text, double *ret, const char **end)
{
	double value = 0, place = 1;
	const char *p = text;

	if (!isdigit((unsigned char)*p))
		return false;
	for (; isdigit((unsigned char)*p); p++)
		value = 10 * value + (*p - '0');
	if (*p == '.' && !isdigit((unsigned char)*++p))
		return false;
	for (; isdigit((unsigned char)*p); p++)
		value += (*p - '0') * (place /= 10);
	*ret = value;
	*end = p;
	return isfinite(value);
}

double quantity_factor(char unit)
{
	static const char units[] = "kMGT";
	double factor = 1;

	for (const char *u = units; *u; u++) {
		factor *= 1024;
		if (*u == unit || (unit == 'K' && *u == 'k'))
			return factor;
	}
	return 0;
}

bool quantity_parse(const char *text, double *ret, const char **end)
{
	double factor;

	if (!quantity_number(text, ret, end))
		return false;
	if (!isalpha((unsigned char)**end))
		return true;
	factor = quantity_factor(**end);
	*ret *= factor;
	++*end;
	return factor != 0;
}

bool quantity_parse_duration(const char *text, uint64_t *ret_ms)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {
		{ "", 1000 }, { "ms", 1 },	  { "s", 1000 },
		{ "m", 60e3 }, { "min", 60e3 }, { "h", 3600e3 },
		{ "d", 86400e3 },
	};
	const char *end;
	double n;

	if (!quantity_number(text, &n, &end))
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(units); i++) {
		double ms = n * units[i].ms;

		if (strcmp(end, units[i].unit) != 0)
			continue;
		/* A century is enough. */
		if (ms < 1 || ms > 3.2e12)
			return false;
		*ret_ms = (uint64_t)ms;
		return true;
	}
	return false;
}
