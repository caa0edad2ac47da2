// Every message of the verifiers of gathers, scatters and sorts.
// RUN: delos-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<9x4xf32>, %i: tensor<3xi64>) {
  // expected-error@below {{'graph.gather' op expected element type 'f32', got 'f16'}}
  %0 = graph.gather %x, (%i) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3xi64>) -> tensor<3x4xf16>
  return
}

// -----

func.func @f(%x: tensor<9x4xf32>, %i: tensor<3xi64>) {
  // expected-error@below {{'graph.gather' op dims: expected dims below 2, got 2}}
  %0 = graph.gather %x, (%i) dims [2] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3xi64>) -> tensor<3x4xf32>
  return
}

// -----

func.func @f(%x: tensor<9x4xf32>, %i: tensor<3xi64>) {
  // expected-error@below {{'graph.gather' op expected one dim and one index map per index tensor (1), got 2 and 1}}
  %0 = graph.gather %x, (%i) dims [0, 1] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3xi64>) -> tensor<3x4xf32>
  return
}

// -----

func.func @f(%x: tensor<9x4xf32>, %i: tensor<3xi64>) {
  // expected-error@below {{'graph.gather' op expected a map from 2 dims to 2 coordinates, got (d0, d1) -> (0)}}
  %0 = graph.gather %x, (%i) dims [0] source affine_map<(d0, d1) -> (0)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3xi64>) -> tensor<3x4xf32>
  return
}

// -----

func.func @f(%x: tensor<9x4xf32>, %i: tensor<3xi64>) {
  // expected-error@below {{'graph.gather' op expected an index map from 2 dims to 1 coordinates, got (d0, d1) -> (d0, d1)}}
  %0 = graph.gather %x, (%i) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0, d1)>] : (tensor<9x4xf32>, tensor<3xi64>) -> tensor<3x4xf32>
  return
}

// -----

func.func @f(%x: tensor<9x4xf32>, %i: tensor<3xf32>) {
  // expected-error@below {{'graph.gather' op expected integer indices, got 'f32'}}
  %0 = graph.gather %x, (%i) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3xf32>) -> tensor<3x4xf32>
  return
}

// -----

func.func @f(%x: tensor<9x4xf32>, %i: tensor<3xi64>) {
  // expected-error@below {{'graph.gather' op coordinate 1 reaches 4 of a dim of size 4}}
  %0 = graph.gather %x, (%i) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3xi64>) -> tensor<3x5xf32>
  return
}

// -----

func.func @f(%x: tensor<9x4xf32>, %i: tensor<3xi64>) {
  // expected-error@below {{'graph.gather' op coordinate 0 reaches 3 of a dim of size 3}}
  %0 = graph.gather %x, (%i) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3xi64>) -> tensor<4x4xf32>
  return
}

// -----

func.func @f(%x: tensor<9x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf32>) {
  // expected-error@below {{'graph.scatter' op expected a result of type 'tensor<9x4xf32>', got 'tensor<9x5xf32>'}}
  %0 = graph.scatter add %x, %u, (%i) dims [0] target affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3x4xf32>, tensor<3xi64>) -> tensor<9x5xf32>
  return
}

// -----

func.func @f(%x: tensor<9x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf64>) {
  // expected-error@below {{'graph.scatter' op expected updates of element type 'f32', got 'f64'}}
  %0 = graph.scatter add %x, %u, (%i) dims [0] target affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3x4xf64>, tensor<3xi64>) -> tensor<9x4xf32>
  return
}

// -----

func.func @f(%x: tensor<9x4xi1>, %i: tensor<3xi64>, %u: tensor<3x4xi1>) {
  // expected-error@below {{'graph.scatter' op add is not defined for element type 'i1'}}
  %0 = graph.scatter add %x, %u, (%i) dims [0] target affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xi1>, tensor<3x4xi1>, tensor<3xi64>) -> tensor<9x4xi1>
  return
}

// -----

func.func @f(%x: tensor<9x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf32>) {
  // expected-error@below {{'graph.scatter' op dims: expected dims below 2, got 2}}
  %0 = graph.scatter assign %x, %u, (%i) dims [2] target affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<9x4xf32>, tensor<3x4xf32>, tensor<3xi64>) -> tensor<9x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xcomplex<f32>>) {
  // expected-error@below {{'graph.sort' op expected an ordered element type, got 'complex<f32>'}}
  %0, %1 = graph.sort %x dim 1 : tensor<2x3xcomplex<f32>> -> tensor<2x3xcomplex<f32>>, tensor<2x3xi64>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.sort' op dim: expected dims below 2, got 2}}
  %0, %1 = graph.sort %x dim 2 : tensor<2x3xf32> -> tensor<2x3xf32>, tensor<2x3xi64>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.sort' op values: expected dims [2, 3], got [3, 2]}}
  %0, %1 = graph.sort %x dim 1 : tensor<2x3xf32> -> tensor<3x2xf32>, tensor<2x3xi64>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error@below {{'graph.sort' op positions: expected element type 'i64', got 'i32'}}
  %0, %1 = graph.sort %x dim 1 : tensor<2x3xf32> -> tensor<2x3xf32>, tensor<2x3xi32>
  return
}
