/// Marks what the shared library exports; everything else is hidden.
#pragma once

#define DELOS_API __attribute__((visibility("default")))
