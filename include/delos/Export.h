/// Marks what the shared library exports; everything else is hidden.
#pragma once

#define DELOS_API __attribute__((visibility("default")))
/// For what is nested in an exported class and stays inside.
#define DELOS_LOCAL __attribute__((visibility("hidden")))
