// Written by benchmark/models/row_cases.py: memory-bound kernels as graph ops.
module {
  func.func @"softmax/512x128"(%arg0: tensor<512x128xf32>) -> (tensor<512x128xf32>) attributes {math = {exp = 65536.0}, reductions = 1024.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<512x128xf32> -> tensor<512xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<512xf32> -> tensor<512x128xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<512x128xf32>, tensor<512x128xf32>) -> tensor<512x128xf32>
    %3 = graph.map exp %2 : (tensor<512x128xf32>) -> tensor<512x128xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<512x128xf32> -> tensor<512xf32>
    %5 = graph.map reciprocal %4 : (tensor<512xf32>) -> tensor<512xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<512xf32> -> tensor<512x128xf32>
    %7 = graph.map mul %3, %6 : (tensor<512x128xf32>, tensor<512x128xf32>) -> tensor<512x128xf32>
    return %7 : tensor<512x128xf32>
  }
  func.func @"softmax/2048x1000"(%arg0: tensor<2048x1000xf32>) -> (tensor<2048x1000xf32>) attributes {math = {exp = 2048000.0}, reductions = 4096.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<2048x1000xf32> -> tensor<2048xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<2048xf32> -> tensor<2048x1000xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<2048x1000xf32>, tensor<2048x1000xf32>) -> tensor<2048x1000xf32>
    %3 = graph.map exp %2 : (tensor<2048x1000xf32>) -> tensor<2048x1000xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<2048x1000xf32> -> tensor<2048xf32>
    %5 = graph.map reciprocal %4 : (tensor<2048xf32>) -> tensor<2048xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<2048xf32> -> tensor<2048x1000xf32>
    %7 = graph.map mul %3, %6 : (tensor<2048x1000xf32>, tensor<2048x1000xf32>) -> tensor<2048x1000xf32>
    return %7 : tensor<2048x1000xf32>
  }
  func.func @"softmax/16384x768"(%arg0: tensor<16384x768xf32>) -> (tensor<16384x768xf32>) attributes {math = {exp = 12582912.0}, reductions = 32768.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<16384x768xf32> -> tensor<16384xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<16384xf32> -> tensor<16384x768xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<16384x768xf32>, tensor<16384x768xf32>) -> tensor<16384x768xf32>
    %3 = graph.map exp %2 : (tensor<16384x768xf32>) -> tensor<16384x768xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<16384x768xf32> -> tensor<16384xf32>
    %5 = graph.map reciprocal %4 : (tensor<16384xf32>) -> tensor<16384xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<16384xf32> -> tensor<16384x768xf32>
    %7 = graph.map mul %3, %6 : (tensor<16384x768xf32>, tensor<16384x768xf32>) -> tensor<16384x768xf32>
    return %7 : tensor<16384x768xf32>
  }
  func.func @"masked_softmax/512x128"(%arg0: tensor<512x128xf32>, %arg1: tensor<128xf32>) -> (tensor<512x128xf32>) attributes {math = {exp = 65536.0}, reductions = 1024.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.250000e-01> : tensor<512x128xf32>
    %1 = graph.map mul %arg0, %0 : (tensor<512x128xf32>, tensor<512x128xf32>) -> tensor<512x128xf32>
    %2 = graph.broadcast %arg1 dims [1] : tensor<128xf32> -> tensor<512x128xf32>
    %3 = graph.map add %1, %2 : (tensor<512x128xf32>, tensor<512x128xf32>) -> tensor<512x128xf32>
    %4 = graph.reduce max %3 dims [1] : tensor<512x128xf32> -> tensor<512xf32>
    %5 = graph.broadcast %4 dims [0] : tensor<512xf32> -> tensor<512x128xf32>
    %6 = graph.map sub %3, %5 : (tensor<512x128xf32>, tensor<512x128xf32>) -> tensor<512x128xf32>
    %7 = graph.map exp %6 : (tensor<512x128xf32>) -> tensor<512x128xf32>
    %8 = graph.reduce sum %7 dims [1] : tensor<512x128xf32> -> tensor<512xf32>
    %9 = graph.map reciprocal %8 : (tensor<512xf32>) -> tensor<512xf32>
    %10 = graph.broadcast %9 dims [0] : tensor<512xf32> -> tensor<512x128xf32>
    %11 = graph.map mul %7, %10 : (tensor<512x128xf32>, tensor<512x128xf32>) -> tensor<512x128xf32>
    return %11 : tensor<512x128xf32>
  }
  func.func @"masked_softmax/4096x512"(%arg0: tensor<4096x512xf32>, %arg1: tensor<512xf32>) -> (tensor<4096x512xf32>) attributes {math = {exp = 2097152.0}, reductions = 8192.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.250000e-01> : tensor<4096x512xf32>
    %1 = graph.map mul %arg0, %0 : (tensor<4096x512xf32>, tensor<4096x512xf32>) -> tensor<4096x512xf32>
    %2 = graph.broadcast %arg1 dims [1] : tensor<512xf32> -> tensor<4096x512xf32>
    %3 = graph.map add %1, %2 : (tensor<4096x512xf32>, tensor<4096x512xf32>) -> tensor<4096x512xf32>
    %4 = graph.reduce max %3 dims [1] : tensor<4096x512xf32> -> tensor<4096xf32>
    %5 = graph.broadcast %4 dims [0] : tensor<4096xf32> -> tensor<4096x512xf32>
    %6 = graph.map sub %3, %5 : (tensor<4096x512xf32>, tensor<4096x512xf32>) -> tensor<4096x512xf32>
    %7 = graph.map exp %6 : (tensor<4096x512xf32>) -> tensor<4096x512xf32>
    %8 = graph.reduce sum %7 dims [1] : tensor<4096x512xf32> -> tensor<4096xf32>
    %9 = graph.map reciprocal %8 : (tensor<4096xf32>) -> tensor<4096xf32>
    %10 = graph.broadcast %9 dims [0] : tensor<4096xf32> -> tensor<4096x512xf32>
    %11 = graph.map mul %7, %10 : (tensor<4096x512xf32>, tensor<4096x512xf32>) -> tensor<4096x512xf32>
    return %11 : tensor<4096x512xf32>
  }
  func.func @"masked_softmax/65536x197"(%arg0: tensor<65536x197xf32>, %arg1: tensor<197xf32>) -> (tensor<65536x197xf32>) attributes {math = {exp = 12910592.0}, reductions = 131072.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.250000e-01> : tensor<65536x197xf32>
    %1 = graph.map mul %arg0, %0 : (tensor<65536x197xf32>, tensor<65536x197xf32>) -> tensor<65536x197xf32>
    %2 = graph.broadcast %arg1 dims [1] : tensor<197xf32> -> tensor<65536x197xf32>
    %3 = graph.map add %1, %2 : (tensor<65536x197xf32>, tensor<65536x197xf32>) -> tensor<65536x197xf32>
    %4 = graph.reduce max %3 dims [1] : tensor<65536x197xf32> -> tensor<65536xf32>
    %5 = graph.broadcast %4 dims [0] : tensor<65536xf32> -> tensor<65536x197xf32>
    %6 = graph.map sub %3, %5 : (tensor<65536x197xf32>, tensor<65536x197xf32>) -> tensor<65536x197xf32>
    %7 = graph.map exp %6 : (tensor<65536x197xf32>) -> tensor<65536x197xf32>
    %8 = graph.reduce sum %7 dims [1] : tensor<65536x197xf32> -> tensor<65536xf32>
    %9 = graph.map reciprocal %8 : (tensor<65536xf32>) -> tensor<65536xf32>
    %10 = graph.broadcast %9 dims [0] : tensor<65536xf32> -> tensor<65536x197xf32>
    %11 = graph.map mul %7, %10 : (tensor<65536x197xf32>, tensor<65536x197xf32>) -> tensor<65536x197xf32>
    return %11 : tensor<65536x197xf32>
  }
  func.func @"causal_softmax/256x128"(%arg0: tensor<2x128x128xf32>, %arg1: tensor<128x128xi1>) -> (tensor<2x128x128xf32>) attributes {math = {exp = 32768.0}, reductions = 512.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<-1.000000e+09> : tensor<2x128x128xf32>
    %1 = graph.broadcast %arg1 dims [1, 2] : tensor<128x128xi1> -> tensor<2x128x128xi1>
    %2 = graph.map select %1, %arg0, %0 : (tensor<2x128x128xi1>, tensor<2x128x128xf32>, tensor<2x128x128xf32>) -> tensor<2x128x128xf32>
    %3 = graph.reduce max %2 dims [2] : tensor<2x128x128xf32> -> tensor<2x128xf32>
    %4 = graph.broadcast %3 dims [0, 1] : tensor<2x128xf32> -> tensor<2x128x128xf32>
    %5 = graph.map sub %2, %4 : (tensor<2x128x128xf32>, tensor<2x128x128xf32>) -> tensor<2x128x128xf32>
    %6 = graph.map exp %5 : (tensor<2x128x128xf32>) -> tensor<2x128x128xf32>
    %7 = graph.reduce sum %6 dims [2] : tensor<2x128x128xf32> -> tensor<2x128xf32>
    %8 = graph.map reciprocal %7 : (tensor<2x128xf32>) -> tensor<2x128xf32>
    %9 = graph.broadcast %8 dims [0, 1] : tensor<2x128xf32> -> tensor<2x128x128xf32>
    %10 = graph.map mul %6, %9 : (tensor<2x128x128xf32>, tensor<2x128x128xf32>) -> tensor<2x128x128xf32>
    return %10 : tensor<2x128x128xf32>
  }
  func.func @"causal_softmax/4096x512"(%arg0: tensor<8x512x512xf32>, %arg1: tensor<512x512xi1>) -> (tensor<8x512x512xf32>) attributes {math = {exp = 2097152.0}, reductions = 8192.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<-1.000000e+09> : tensor<8x512x512xf32>
    %1 = graph.broadcast %arg1 dims [1, 2] : tensor<512x512xi1> -> tensor<8x512x512xi1>
    %2 = graph.map select %1, %arg0, %0 : (tensor<8x512x512xi1>, tensor<8x512x512xf32>, tensor<8x512x512xf32>) -> tensor<8x512x512xf32>
    %3 = graph.reduce max %2 dims [2] : tensor<8x512x512xf32> -> tensor<8x512xf32>
    %4 = graph.broadcast %3 dims [0, 1] : tensor<8x512xf32> -> tensor<8x512x512xf32>
    %5 = graph.map sub %2, %4 : (tensor<8x512x512xf32>, tensor<8x512x512xf32>) -> tensor<8x512x512xf32>
    %6 = graph.map exp %5 : (tensor<8x512x512xf32>) -> tensor<8x512x512xf32>
    %7 = graph.reduce sum %6 dims [2] : tensor<8x512x512xf32> -> tensor<8x512xf32>
    %8 = graph.map reciprocal %7 : (tensor<8x512xf32>) -> tensor<8x512xf32>
    %9 = graph.broadcast %8 dims [0, 1] : tensor<8x512xf32> -> tensor<8x512x512xf32>
    %10 = graph.map mul %6, %9 : (tensor<8x512x512xf32>, tensor<8x512x512xf32>) -> tensor<8x512x512xf32>
    return %10 : tensor<8x512x512xf32>
  }
  func.func @"causal_softmax/16384x1024"(%arg0: tensor<16x1024x1024xf32>, %arg1: tensor<1024x1024xi1>) -> (tensor<16x1024x1024xf32>) attributes {math = {exp = 16777216.0}, reductions = 32768.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<-1.000000e+09> : tensor<16x1024x1024xf32>
    %1 = graph.broadcast %arg1 dims [1, 2] : tensor<1024x1024xi1> -> tensor<16x1024x1024xi1>
    %2 = graph.map select %1, %arg0, %0 : (tensor<16x1024x1024xi1>, tensor<16x1024x1024xf32>, tensor<16x1024x1024xf32>) -> tensor<16x1024x1024xf32>
    %3 = graph.reduce max %2 dims [2] : tensor<16x1024x1024xf32> -> tensor<16x1024xf32>
    %4 = graph.broadcast %3 dims [0, 1] : tensor<16x1024xf32> -> tensor<16x1024x1024xf32>
    %5 = graph.map sub %2, %4 : (tensor<16x1024x1024xf32>, tensor<16x1024x1024xf32>) -> tensor<16x1024x1024xf32>
    %6 = graph.map exp %5 : (tensor<16x1024x1024xf32>) -> tensor<16x1024x1024xf32>
    %7 = graph.reduce sum %6 dims [2] : tensor<16x1024x1024xf32> -> tensor<16x1024xf32>
    %8 = graph.map reciprocal %7 : (tensor<16x1024xf32>) -> tensor<16x1024xf32>
    %9 = graph.broadcast %8 dims [0, 1] : tensor<16x1024xf32> -> tensor<16x1024x1024xf32>
    %10 = graph.map mul %6, %9 : (tensor<16x1024x1024xf32>, tensor<16x1024x1024xf32>) -> tensor<16x1024x1024xf32>
    return %10 : tensor<16x1024x1024xf32>
  }
  func.func @"short_softmax/8192x8"(%arg0: tensor<8192x8xf32>) -> (tensor<8192x8xf32>) attributes {math = {exp = 65536.0}, reductions = 16384.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<8192x8xf32> -> tensor<8192xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<8192xf32> -> tensor<8192x8xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<8192x8xf32>, tensor<8192x8xf32>) -> tensor<8192x8xf32>
    %3 = graph.map exp %2 : (tensor<8192x8xf32>) -> tensor<8192x8xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<8192x8xf32> -> tensor<8192xf32>
    %5 = graph.map reciprocal %4 : (tensor<8192xf32>) -> tensor<8192xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<8192xf32> -> tensor<8192x8xf32>
    %7 = graph.map mul %3, %6 : (tensor<8192x8xf32>, tensor<8192x8xf32>) -> tensor<8192x8xf32>
    return %7 : tensor<8192x8xf32>
  }
  func.func @"short_softmax/65536x10"(%arg0: tensor<65536x10xf32>) -> (tensor<65536x10xf32>) attributes {math = {exp = 655360.0}, reductions = 131072.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<65536x10xf32> -> tensor<65536xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<65536xf32> -> tensor<65536x10xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<65536x10xf32>, tensor<65536x10xf32>) -> tensor<65536x10xf32>
    %3 = graph.map exp %2 : (tensor<65536x10xf32>) -> tensor<65536x10xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<65536x10xf32> -> tensor<65536xf32>
    %5 = graph.map reciprocal %4 : (tensor<65536xf32>) -> tensor<65536xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<65536xf32> -> tensor<65536x10xf32>
    %7 = graph.map mul %3, %6 : (tensor<65536x10xf32>, tensor<65536x10xf32>) -> tensor<65536x10xf32>
    return %7 : tensor<65536x10xf32>
  }
  func.func @"short_softmax/65536x49"(%arg0: tensor<65536x49xf32>) -> (tensor<65536x49xf32>) attributes {math = {exp = 3211264.0}, reductions = 131072.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<65536x49xf32> -> tensor<65536xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<65536xf32> -> tensor<65536x49xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<65536x49xf32>, tensor<65536x49xf32>) -> tensor<65536x49xf32>
    %3 = graph.map exp %2 : (tensor<65536x49xf32>) -> tensor<65536x49xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<65536x49xf32> -> tensor<65536xf32>
    %5 = graph.map reciprocal %4 : (tensor<65536xf32>) -> tensor<65536xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<65536xf32> -> tensor<65536x49xf32>
    %7 = graph.map mul %3, %6 : (tensor<65536x49xf32>, tensor<65536x49xf32>) -> tensor<65536x49xf32>
    return %7 : tensor<65536x49xf32>
  }
  func.func @"middle_softmax/64x1024"(%arg0: tensor<1x64x1024xf32>) -> (tensor<1x64x1024xf32>) attributes {math = {exp = 65536.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<1x64x1024xf32> -> tensor<1x1024xf32>
    %1 = graph.broadcast %0 dims [0, 2] : tensor<1x1024xf32> -> tensor<1x64x1024xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<1x64x1024xf32>, tensor<1x64x1024xf32>) -> tensor<1x64x1024xf32>
    %3 = graph.map exp %2 : (tensor<1x64x1024xf32>) -> tensor<1x64x1024xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<1x64x1024xf32> -> tensor<1x1024xf32>
    %5 = graph.map reciprocal %4 : (tensor<1x1024xf32>) -> tensor<1x1024xf32>
    %6 = graph.broadcast %5 dims [0, 2] : tensor<1x1024xf32> -> tensor<1x64x1024xf32>
    %7 = graph.map mul %3, %6 : (tensor<1x64x1024xf32>, tensor<1x64x1024xf32>) -> tensor<1x64x1024xf32>
    return %7 : tensor<1x64x1024xf32>
  }
  func.func @"middle_softmax/2048x784"(%arg0: tensor<32x64x784xf32>) -> (tensor<32x64x784xf32>) attributes {math = {exp = 1605632.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<32x64x784xf32> -> tensor<32x784xf32>
    %1 = graph.broadcast %0 dims [0, 2] : tensor<32x784xf32> -> tensor<32x64x784xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<32x64x784xf32>, tensor<32x64x784xf32>) -> tensor<32x64x784xf32>
    %3 = graph.map exp %2 : (tensor<32x64x784xf32>) -> tensor<32x64x784xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<32x64x784xf32> -> tensor<32x784xf32>
    %5 = graph.map reciprocal %4 : (tensor<32x784xf32>) -> tensor<32x784xf32>
    %6 = graph.broadcast %5 dims [0, 2] : tensor<32x784xf32> -> tensor<32x64x784xf32>
    %7 = graph.map mul %3, %6 : (tensor<32x64x784xf32>, tensor<32x64x784xf32>) -> tensor<32x64x784xf32>
    return %7 : tensor<32x64x784xf32>
  }
  func.func @"middle_softmax/16384x1024"(%arg0: tensor<256x64x1024xf32>) -> (tensor<256x64x1024xf32>) attributes {math = {exp = 16777216.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<256x64x1024xf32> -> tensor<256x1024xf32>
    %1 = graph.broadcast %0 dims [0, 2] : tensor<256x1024xf32> -> tensor<256x64x1024xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<256x64x1024xf32>, tensor<256x64x1024xf32>) -> tensor<256x64x1024xf32>
    %3 = graph.map exp %2 : (tensor<256x64x1024xf32>) -> tensor<256x64x1024xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<256x64x1024xf32> -> tensor<256x1024xf32>
    %5 = graph.map reciprocal %4 : (tensor<256x1024xf32>) -> tensor<256x1024xf32>
    %6 = graph.broadcast %5 dims [0, 2] : tensor<256x1024xf32> -> tensor<256x64x1024xf32>
    %7 = graph.map mul %3, %6 : (tensor<256x64x1024xf32>, tensor<256x64x1024xf32>) -> tensor<256x64x1024xf32>
    return %7 : tensor<256x64x1024xf32>
  }
  func.func @"log_softmax/64x1024"(%arg0: tensor<64x1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {exp = 65536.0}, reductions = 128.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<64x1024xf32> -> tensor<64xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<64xf32> -> tensor<64x1024xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %3 = graph.map exp %2 : (tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<64x1024xf32> -> tensor<64xf32>
    %5 = graph.map log %4 : (tensor<64xf32>) -> tensor<64xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<64xf32> -> tensor<64x1024xf32>
    %7 = graph.map sub %2, %6 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    return %7 : tensor<64x1024xf32>
  }
  func.func @"log_softmax/2048x1024"(%arg0: tensor<2048x1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {exp = 2097152.0}, reductions = 4096.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<2048x1024xf32> -> tensor<2048xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<2048xf32> -> tensor<2048x1024xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %3 = graph.map exp %2 : (tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<2048x1024xf32> -> tensor<2048xf32>
    %5 = graph.map log %4 : (tensor<2048xf32>) -> tensor<2048xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<2048xf32> -> tensor<2048x1024xf32>
    %7 = graph.map sub %2, %6 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    return %7 : tensor<2048x1024xf32>
  }
  func.func @"log_softmax/16384x1024"(%arg0: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {exp = 16777216.0}, reductions = 32768.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [1] : tensor<16384x1024xf32> -> tensor<16384xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<16384xf32> -> tensor<16384x1024xf32>
    %2 = graph.map sub %arg0, %1 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %3 = graph.map exp %2 : (tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<16384x1024xf32> -> tensor<16384xf32>
    %5 = graph.map log %4 : (tensor<16384xf32>) -> tensor<16384xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<16384xf32> -> tensor<16384x1024xf32>
    %7 = graph.map sub %2, %6 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %7 : tensor<16384x1024xf32>
  }
  func.func @"softmax_gradient/64x1024"(%arg0: tensor<64x1024xf32>, %arg1: tensor<64x1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {}, reductions = 64.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map mul %arg0, %arg1 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %1 = graph.reduce sum %0 dims [1] : tensor<64x1024xf32> -> tensor<64xf32>
    %2 = graph.broadcast %1 dims [0] : tensor<64xf32> -> tensor<64x1024xf32>
    %3 = graph.map sub %arg1, %2 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %4 = graph.map mul %arg0, %3 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    return %4 : tensor<64x1024xf32>
  }
  func.func @"softmax_gradient/2048x1024"(%arg0: tensor<2048x1024xf32>, %arg1: tensor<2048x1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {}, reductions = 2048.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map mul %arg0, %arg1 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %1 = graph.reduce sum %0 dims [1] : tensor<2048x1024xf32> -> tensor<2048xf32>
    %2 = graph.broadcast %1 dims [0] : tensor<2048xf32> -> tensor<2048x1024xf32>
    %3 = graph.map sub %arg1, %2 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %4 = graph.map mul %arg0, %3 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    return %4 : tensor<2048x1024xf32>
  }
  func.func @"softmax_gradient/16384x1024"(%arg0: tensor<16384x1024xf32>, %arg1: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {}, reductions = 16384.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map mul %arg0, %arg1 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %1 = graph.reduce sum %0 dims [1] : tensor<16384x1024xf32> -> tensor<16384xf32>
    %2 = graph.broadcast %1 dims [0] : tensor<16384xf32> -> tensor<16384x1024xf32>
    %3 = graph.map sub %arg1, %2 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %4 = graph.map mul %arg0, %3 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %4 : tensor<16384x1024xf32>
  }
  func.func @"layer_norm/128x768"(%arg0: tensor<768xf32>, %arg1: tensor<768xf32>, %arg2: tensor<128x768xf32>) -> (tensor<128x768xf32>) attributes {math = {}, reductions = 256.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.99999974E-6> : tensor<128xf32>
    %1 = graph.constant dense<7.680000e+02> : tensor<128xf32>
    %2 = graph.reduce sum %arg2 dims [1] : tensor<128x768xf32> -> tensor<128xf32>
    %3 = graph.map div %2, %1 : (tensor<128xf32>, tensor<128xf32>) -> tensor<128xf32>
    %4 = graph.broadcast %3 dims [0] : tensor<128xf32> -> tensor<128x768xf32>
    %5 = graph.map sub %arg2, %4 : (tensor<128x768xf32>, tensor<128x768xf32>) -> tensor<128x768xf32>
    %6 = graph.map mul %5, %5 : (tensor<128x768xf32>, tensor<128x768xf32>) -> tensor<128x768xf32>
    %7 = graph.reduce sum %6 dims [1] : tensor<128x768xf32> -> tensor<128xf32>
    %8 = graph.map div %7, %1 : (tensor<128xf32>, tensor<128xf32>) -> tensor<128xf32>
    %9 = graph.map add %8, %0 : (tensor<128xf32>, tensor<128xf32>) -> tensor<128xf32>
    %10 = graph.map rsqrt %9 : (tensor<128xf32>) -> tensor<128xf32>
    %11 = graph.broadcast %10 dims [0] : tensor<128xf32> -> tensor<128x768xf32>
    %12 = graph.map mul %5, %11 : (tensor<128x768xf32>, tensor<128x768xf32>) -> tensor<128x768xf32>
    %13 = graph.broadcast %arg0 dims [1] : tensor<768xf32> -> tensor<128x768xf32>
    %14 = graph.map mul %12, %13 : (tensor<128x768xf32>, tensor<128x768xf32>) -> tensor<128x768xf32>
    %15 = graph.broadcast %arg1 dims [1] : tensor<768xf32> -> tensor<128x768xf32>
    %16 = graph.map add %14, %15 : (tensor<128x768xf32>, tensor<128x768xf32>) -> tensor<128x768xf32>
    return %16 : tensor<128x768xf32>
  }
  func.func @"layer_norm/2048x768"(%arg0: tensor<768xf32>, %arg1: tensor<768xf32>, %arg2: tensor<2048x768xf32>) -> (tensor<2048x768xf32>) attributes {math = {}, reductions = 4096.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.99999974E-6> : tensor<2048xf32>
    %1 = graph.constant dense<7.680000e+02> : tensor<2048xf32>
    %2 = graph.reduce sum %arg2 dims [1] : tensor<2048x768xf32> -> tensor<2048xf32>
    %3 = graph.map div %2, %1 : (tensor<2048xf32>, tensor<2048xf32>) -> tensor<2048xf32>
    %4 = graph.broadcast %3 dims [0] : tensor<2048xf32> -> tensor<2048x768xf32>
    %5 = graph.map sub %arg2, %4 : (tensor<2048x768xf32>, tensor<2048x768xf32>) -> tensor<2048x768xf32>
    %6 = graph.map mul %5, %5 : (tensor<2048x768xf32>, tensor<2048x768xf32>) -> tensor<2048x768xf32>
    %7 = graph.reduce sum %6 dims [1] : tensor<2048x768xf32> -> tensor<2048xf32>
    %8 = graph.map div %7, %1 : (tensor<2048xf32>, tensor<2048xf32>) -> tensor<2048xf32>
    %9 = graph.map add %8, %0 : (tensor<2048xf32>, tensor<2048xf32>) -> tensor<2048xf32>
    %10 = graph.map rsqrt %9 : (tensor<2048xf32>) -> tensor<2048xf32>
    %11 = graph.broadcast %10 dims [0] : tensor<2048xf32> -> tensor<2048x768xf32>
    %12 = graph.map mul %5, %11 : (tensor<2048x768xf32>, tensor<2048x768xf32>) -> tensor<2048x768xf32>
    %13 = graph.broadcast %arg0 dims [1] : tensor<768xf32> -> tensor<2048x768xf32>
    %14 = graph.map mul %12, %13 : (tensor<2048x768xf32>, tensor<2048x768xf32>) -> tensor<2048x768xf32>
    %15 = graph.broadcast %arg1 dims [1] : tensor<768xf32> -> tensor<2048x768xf32>
    %16 = graph.map add %14, %15 : (tensor<2048x768xf32>, tensor<2048x768xf32>) -> tensor<2048x768xf32>
    return %16 : tensor<2048x768xf32>
  }
  func.func @"layer_norm/16384x1024"(%arg0: tensor<1024xf32>, %arg1: tensor<1024xf32>, %arg2: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {}, reductions = 32768.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.765625E-4> : tensor<16384xf32>
    %1 = graph.constant dense<9.99999974E-6> : tensor<16384xf32>
    %2 = graph.reduce sum %arg2 dims [1] : tensor<16384x1024xf32> -> tensor<16384xf32>
    %3 = graph.map mul %2, %0 : (tensor<16384xf32>, tensor<16384xf32>) -> tensor<16384xf32>
    %4 = graph.broadcast %3 dims [0] : tensor<16384xf32> -> tensor<16384x1024xf32>
    %5 = graph.map sub %arg2, %4 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %6 = graph.map mul %5, %5 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %7 = graph.reduce sum %6 dims [1] : tensor<16384x1024xf32> -> tensor<16384xf32>
    %8 = graph.map mul %7, %0 : (tensor<16384xf32>, tensor<16384xf32>) -> tensor<16384xf32>
    %9 = graph.map add %8, %1 : (tensor<16384xf32>, tensor<16384xf32>) -> tensor<16384xf32>
    %10 = graph.map rsqrt %9 : (tensor<16384xf32>) -> tensor<16384xf32>
    %11 = graph.broadcast %10 dims [0] : tensor<16384xf32> -> tensor<16384x1024xf32>
    %12 = graph.map mul %5, %11 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %13 = graph.broadcast %arg0 dims [1] : tensor<1024xf32> -> tensor<16384x1024xf32>
    %14 = graph.map mul %12, %13 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %15 = graph.broadcast %arg1 dims [1] : tensor<1024xf32> -> tensor<16384x1024xf32>
    %16 = graph.map add %14, %15 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %16 : tensor<16384x1024xf32>
  }
  func.func @"short_layer_norm/1024x64"(%arg0: tensor<64xf32>, %arg1: tensor<64xf32>, %arg2: tensor<1024x64xf32>) -> (tensor<1024x64xf32>) attributes {math = {}, reductions = 2048.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.562500e-02> : tensor<1024xf32>
    %1 = graph.constant dense<9.99999974E-6> : tensor<1024xf32>
    %2 = graph.reduce sum %arg2 dims [1] : tensor<1024x64xf32> -> tensor<1024xf32>
    %3 = graph.map mul %2, %0 : (tensor<1024xf32>, tensor<1024xf32>) -> tensor<1024xf32>
    %4 = graph.broadcast %3 dims [0] : tensor<1024xf32> -> tensor<1024x64xf32>
    %5 = graph.map sub %arg2, %4 : (tensor<1024x64xf32>, tensor<1024x64xf32>) -> tensor<1024x64xf32>
    %6 = graph.map mul %5, %5 : (tensor<1024x64xf32>, tensor<1024x64xf32>) -> tensor<1024x64xf32>
    %7 = graph.reduce sum %6 dims [1] : tensor<1024x64xf32> -> tensor<1024xf32>
    %8 = graph.map mul %7, %0 : (tensor<1024xf32>, tensor<1024xf32>) -> tensor<1024xf32>
    %9 = graph.map add %8, %1 : (tensor<1024xf32>, tensor<1024xf32>) -> tensor<1024xf32>
    %10 = graph.map rsqrt %9 : (tensor<1024xf32>) -> tensor<1024xf32>
    %11 = graph.broadcast %10 dims [0] : tensor<1024xf32> -> tensor<1024x64xf32>
    %12 = graph.map mul %5, %11 : (tensor<1024x64xf32>, tensor<1024x64xf32>) -> tensor<1024x64xf32>
    %13 = graph.broadcast %arg0 dims [1] : tensor<64xf32> -> tensor<1024x64xf32>
    %14 = graph.map mul %12, %13 : (tensor<1024x64xf32>, tensor<1024x64xf32>) -> tensor<1024x64xf32>
    %15 = graph.broadcast %arg1 dims [1] : tensor<64xf32> -> tensor<1024x64xf32>
    %16 = graph.map add %14, %15 : (tensor<1024x64xf32>, tensor<1024x64xf32>) -> tensor<1024x64xf32>
    return %16 : tensor<1024x64xf32>
  }
  func.func @"short_layer_norm/16384x96"(%arg0: tensor<96xf32>, %arg1: tensor<96xf32>, %arg2: tensor<16384x96xf32>) -> (tensor<16384x96xf32>) attributes {math = {}, reductions = 32768.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.99999974E-6> : tensor<16384xf32>
    %1 = graph.constant dense<9.600000e+01> : tensor<16384xf32>
    %2 = graph.reduce sum %arg2 dims [1] : tensor<16384x96xf32> -> tensor<16384xf32>
    %3 = graph.map div %2, %1 : (tensor<16384xf32>, tensor<16384xf32>) -> tensor<16384xf32>
    %4 = graph.broadcast %3 dims [0] : tensor<16384xf32> -> tensor<16384x96xf32>
    %5 = graph.map sub %arg2, %4 : (tensor<16384x96xf32>, tensor<16384x96xf32>) -> tensor<16384x96xf32>
    %6 = graph.map mul %5, %5 : (tensor<16384x96xf32>, tensor<16384x96xf32>) -> tensor<16384x96xf32>
    %7 = graph.reduce sum %6 dims [1] : tensor<16384x96xf32> -> tensor<16384xf32>
    %8 = graph.map div %7, %1 : (tensor<16384xf32>, tensor<16384xf32>) -> tensor<16384xf32>
    %9 = graph.map add %8, %0 : (tensor<16384xf32>, tensor<16384xf32>) -> tensor<16384xf32>
    %10 = graph.map rsqrt %9 : (tensor<16384xf32>) -> tensor<16384xf32>
    %11 = graph.broadcast %10 dims [0] : tensor<16384xf32> -> tensor<16384x96xf32>
    %12 = graph.map mul %5, %11 : (tensor<16384x96xf32>, tensor<16384x96xf32>) -> tensor<16384x96xf32>
    %13 = graph.broadcast %arg0 dims [1] : tensor<96xf32> -> tensor<16384x96xf32>
    %14 = graph.map mul %12, %13 : (tensor<16384x96xf32>, tensor<16384x96xf32>) -> tensor<16384x96xf32>
    %15 = graph.broadcast %arg1 dims [1] : tensor<96xf32> -> tensor<16384x96xf32>
    %16 = graph.map add %14, %15 : (tensor<16384x96xf32>, tensor<16384x96xf32>) -> tensor<16384x96xf32>
    return %16 : tensor<16384x96xf32>
  }
  func.func @"short_layer_norm/65536x64"(%arg0: tensor<64xf32>, %arg1: tensor<64xf32>, %arg2: tensor<65536x64xf32>) -> (tensor<65536x64xf32>) attributes {math = {}, reductions = 131072.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.562500e-02> : tensor<65536xf32>
    %1 = graph.constant dense<9.99999974E-6> : tensor<65536xf32>
    %2 = graph.reduce sum %arg2 dims [1] : tensor<65536x64xf32> -> tensor<65536xf32>
    %3 = graph.map mul %2, %0 : (tensor<65536xf32>, tensor<65536xf32>) -> tensor<65536xf32>
    %4 = graph.broadcast %3 dims [0] : tensor<65536xf32> -> tensor<65536x64xf32>
    %5 = graph.map sub %arg2, %4 : (tensor<65536x64xf32>, tensor<65536x64xf32>) -> tensor<65536x64xf32>
    %6 = graph.map mul %5, %5 : (tensor<65536x64xf32>, tensor<65536x64xf32>) -> tensor<65536x64xf32>
    %7 = graph.reduce sum %6 dims [1] : tensor<65536x64xf32> -> tensor<65536xf32>
    %8 = graph.map mul %7, %0 : (tensor<65536xf32>, tensor<65536xf32>) -> tensor<65536xf32>
    %9 = graph.map add %8, %1 : (tensor<65536xf32>, tensor<65536xf32>) -> tensor<65536xf32>
    %10 = graph.map rsqrt %9 : (tensor<65536xf32>) -> tensor<65536xf32>
    %11 = graph.broadcast %10 dims [0] : tensor<65536xf32> -> tensor<65536x64xf32>
    %12 = graph.map mul %5, %11 : (tensor<65536x64xf32>, tensor<65536x64xf32>) -> tensor<65536x64xf32>
    %13 = graph.broadcast %arg0 dims [1] : tensor<64xf32> -> tensor<65536x64xf32>
    %14 = graph.map mul %12, %13 : (tensor<65536x64xf32>, tensor<65536x64xf32>) -> tensor<65536x64xf32>
    %15 = graph.broadcast %arg1 dims [1] : tensor<64xf32> -> tensor<65536x64xf32>
    %16 = graph.map add %14, %15 : (tensor<65536x64xf32>, tensor<65536x64xf32>) -> tensor<65536x64xf32>
    return %16 : tensor<65536x64xf32>
  }
  func.func @"residual_layer_norm/64x768"(%arg0: tensor<64x768xf32>, %arg1: tensor<64x768xf32>, %arg2: tensor<768xf32>, %arg3: tensor<768xf32>) -> (tensor<64x768xf32>, tensor<64x768xf32>) attributes {math = {}, reductions = 128.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.99999974E-6> : tensor<64xf32>
    %1 = graph.constant dense<7.680000e+02> : tensor<64xf32>
    %2 = graph.map add %arg0, %arg1 : (tensor<64x768xf32>, tensor<64x768xf32>) -> tensor<64x768xf32>
    %3 = graph.reduce sum %2 dims [1] : tensor<64x768xf32> -> tensor<64xf32>
    %4 = graph.map div %3, %1 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    %5 = graph.broadcast %4 dims [0] : tensor<64xf32> -> tensor<64x768xf32>
    %6 = graph.map sub %2, %5 : (tensor<64x768xf32>, tensor<64x768xf32>) -> tensor<64x768xf32>
    %7 = graph.map mul %6, %6 : (tensor<64x768xf32>, tensor<64x768xf32>) -> tensor<64x768xf32>
    %8 = graph.reduce sum %7 dims [1] : tensor<64x768xf32> -> tensor<64xf32>
    %9 = graph.map div %8, %1 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    %10 = graph.map add %9, %0 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    %11 = graph.map rsqrt %10 : (tensor<64xf32>) -> tensor<64xf32>
    %12 = graph.broadcast %11 dims [0] : tensor<64xf32> -> tensor<64x768xf32>
    %13 = graph.map mul %6, %12 : (tensor<64x768xf32>, tensor<64x768xf32>) -> tensor<64x768xf32>
    %14 = graph.broadcast %arg2 dims [1] : tensor<768xf32> -> tensor<64x768xf32>
    %15 = graph.map mul %13, %14 : (tensor<64x768xf32>, tensor<64x768xf32>) -> tensor<64x768xf32>
    %16 = graph.broadcast %arg3 dims [1] : tensor<768xf32> -> tensor<64x768xf32>
    %17 = graph.map add %15, %16 : (tensor<64x768xf32>, tensor<64x768xf32>) -> tensor<64x768xf32>
    return %2, %17 : tensor<64x768xf32>, tensor<64x768xf32>
  }
  func.func @"residual_layer_norm/1024x768"(%arg0: tensor<1024x768xf32>, %arg1: tensor<1024x768xf32>, %arg2: tensor<768xf32>, %arg3: tensor<768xf32>) -> (tensor<1024x768xf32>, tensor<1024x768xf32>) attributes {math = {}, reductions = 2048.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.99999974E-6> : tensor<1024xf32>
    %1 = graph.constant dense<7.680000e+02> : tensor<1024xf32>
    %2 = graph.map add %arg0, %arg1 : (tensor<1024x768xf32>, tensor<1024x768xf32>) -> tensor<1024x768xf32>
    %3 = graph.reduce sum %2 dims [1] : tensor<1024x768xf32> -> tensor<1024xf32>
    %4 = graph.map div %3, %1 : (tensor<1024xf32>, tensor<1024xf32>) -> tensor<1024xf32>
    %5 = graph.broadcast %4 dims [0] : tensor<1024xf32> -> tensor<1024x768xf32>
    %6 = graph.map sub %2, %5 : (tensor<1024x768xf32>, tensor<1024x768xf32>) -> tensor<1024x768xf32>
    %7 = graph.map mul %6, %6 : (tensor<1024x768xf32>, tensor<1024x768xf32>) -> tensor<1024x768xf32>
    %8 = graph.reduce sum %7 dims [1] : tensor<1024x768xf32> -> tensor<1024xf32>
    %9 = graph.map div %8, %1 : (tensor<1024xf32>, tensor<1024xf32>) -> tensor<1024xf32>
    %10 = graph.map add %9, %0 : (tensor<1024xf32>, tensor<1024xf32>) -> tensor<1024xf32>
    %11 = graph.map rsqrt %10 : (tensor<1024xf32>) -> tensor<1024xf32>
    %12 = graph.broadcast %11 dims [0] : tensor<1024xf32> -> tensor<1024x768xf32>
    %13 = graph.map mul %6, %12 : (tensor<1024x768xf32>, tensor<1024x768xf32>) -> tensor<1024x768xf32>
    %14 = graph.broadcast %arg2 dims [1] : tensor<768xf32> -> tensor<1024x768xf32>
    %15 = graph.map mul %13, %14 : (tensor<1024x768xf32>, tensor<1024x768xf32>) -> tensor<1024x768xf32>
    %16 = graph.broadcast %arg3 dims [1] : tensor<768xf32> -> tensor<1024x768xf32>
    %17 = graph.map add %15, %16 : (tensor<1024x768xf32>, tensor<1024x768xf32>) -> tensor<1024x768xf32>
    return %2, %17 : tensor<1024x768xf32>, tensor<1024x768xf32>
  }
  func.func @"residual_layer_norm/8192x1024"(%arg0: tensor<8192x1024xf32>, %arg1: tensor<8192x1024xf32>, %arg2: tensor<1024xf32>, %arg3: tensor<1024xf32>) -> (tensor<8192x1024xf32>, tensor<8192x1024xf32>) attributes {math = {}, reductions = 16384.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.765625E-4> : tensor<8192xf32>
    %1 = graph.constant dense<9.99999974E-6> : tensor<8192xf32>
    %2 = graph.map add %arg0, %arg1 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %3 = graph.reduce sum %2 dims [1] : tensor<8192x1024xf32> -> tensor<8192xf32>
    %4 = graph.map mul %3, %0 : (tensor<8192xf32>, tensor<8192xf32>) -> tensor<8192xf32>
    %5 = graph.broadcast %4 dims [0] : tensor<8192xf32> -> tensor<8192x1024xf32>
    %6 = graph.map sub %2, %5 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %7 = graph.map mul %6, %6 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %8 = graph.reduce sum %7 dims [1] : tensor<8192x1024xf32> -> tensor<8192xf32>
    %9 = graph.map mul %8, %0 : (tensor<8192xf32>, tensor<8192xf32>) -> tensor<8192xf32>
    %10 = graph.map add %9, %1 : (tensor<8192xf32>, tensor<8192xf32>) -> tensor<8192xf32>
    %11 = graph.map rsqrt %10 : (tensor<8192xf32>) -> tensor<8192xf32>
    %12 = graph.broadcast %11 dims [0] : tensor<8192xf32> -> tensor<8192x1024xf32>
    %13 = graph.map mul %6, %12 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %14 = graph.broadcast %arg2 dims [1] : tensor<1024xf32> -> tensor<8192x1024xf32>
    %15 = graph.map mul %13, %14 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %16 = graph.broadcast %arg3 dims [1] : tensor<1024xf32> -> tensor<8192x1024xf32>
    %17 = graph.map add %15, %16 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    return %2, %17 : tensor<8192x1024xf32>, tensor<8192x1024xf32>
  }
  func.func @"rms_norm/64x1024"(%arg0: tensor<64x1024xf32>, %arg1: tensor<1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {}, reductions = 64.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.765625E-4> : tensor<64xf32>
    %1 = graph.constant dense<9.99999997E-7> : tensor<64xf32>
    %2 = graph.map mul %arg0, %arg0 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %3 = graph.reduce sum %2 dims [1] : tensor<64x1024xf32> -> tensor<64xf32>
    %4 = graph.map mul %3, %0 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    %5 = graph.map add %4, %1 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    %6 = graph.map sqrt %5 : (tensor<64xf32>) -> tensor<64xf32>
    %7 = graph.map reciprocal %6 : (tensor<64xf32>) -> tensor<64xf32>
    %8 = graph.broadcast %7 dims [0] : tensor<64xf32> -> tensor<64x1024xf32>
    %9 = graph.map mul %arg0, %8 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %10 = graph.broadcast %arg1 dims [1] : tensor<1024xf32> -> tensor<64x1024xf32>
    %11 = graph.map mul %9, %10 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    return %11 : tensor<64x1024xf32>
  }
  func.func @"rms_norm/2048x1024"(%arg0: tensor<2048x1024xf32>, %arg1: tensor<1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {}, reductions = 2048.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.765625E-4> : tensor<2048xf32>
    %1 = graph.constant dense<9.99999997E-7> : tensor<2048xf32>
    %2 = graph.map mul %arg0, %arg0 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %3 = graph.reduce sum %2 dims [1] : tensor<2048x1024xf32> -> tensor<2048xf32>
    %4 = graph.map mul %3, %0 : (tensor<2048xf32>, tensor<2048xf32>) -> tensor<2048xf32>
    %5 = graph.map add %4, %1 : (tensor<2048xf32>, tensor<2048xf32>) -> tensor<2048xf32>
    %6 = graph.map sqrt %5 : (tensor<2048xf32>) -> tensor<2048xf32>
    %7 = graph.map reciprocal %6 : (tensor<2048xf32>) -> tensor<2048xf32>
    %8 = graph.broadcast %7 dims [0] : tensor<2048xf32> -> tensor<2048x1024xf32>
    %9 = graph.map mul %arg0, %8 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %10 = graph.broadcast %arg1 dims [1] : tensor<1024xf32> -> tensor<2048x1024xf32>
    %11 = graph.map mul %9, %10 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    return %11 : tensor<2048x1024xf32>
  }
  func.func @"rms_norm/16384x1024"(%arg0: tensor<16384x1024xf32>, %arg1: tensor<1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {}, reductions = 16384.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.765625E-4> : tensor<16384xf32>
    %1 = graph.constant dense<9.99999997E-7> : tensor<16384xf32>
    %2 = graph.map mul %arg0, %arg0 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %3 = graph.reduce sum %2 dims [1] : tensor<16384x1024xf32> -> tensor<16384xf32>
    %4 = graph.map mul %3, %0 : (tensor<16384xf32>, tensor<16384xf32>) -> tensor<16384xf32>
    %5 = graph.map add %4, %1 : (tensor<16384xf32>, tensor<16384xf32>) -> tensor<16384xf32>
    %6 = graph.map sqrt %5 : (tensor<16384xf32>) -> tensor<16384xf32>
    %7 = graph.map reciprocal %6 : (tensor<16384xf32>) -> tensor<16384xf32>
    %8 = graph.broadcast %7 dims [0] : tensor<16384xf32> -> tensor<16384x1024xf32>
    %9 = graph.map mul %arg0, %8 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %10 = graph.broadcast %arg1 dims [1] : tensor<1024xf32> -> tensor<16384x1024xf32>
    %11 = graph.map mul %9, %10 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %11 : tensor<16384x1024xf32>
  }
  func.func @"group_norm/64x784"(%arg0: tensor<1x64x28x28xf32>, %arg1: tensor<64xf32>, %arg2: tensor<64xf32>) -> (tensor<1x64x28x28xf32>) attributes {math = {}, reductions = 128.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.99999974E-6> : tensor<1x8xf32>
    %1 = graph.constant dense<6.272000e+03> : tensor<1x8xf32>
    %2 = graph.reshape %arg0 : tensor<1x64x28x28xf32> -> tensor<1x8x8x28x28xf32>
    %3 = graph.reduce sum %2 dims [2, 3, 4] : tensor<1x8x8x28x28xf32> -> tensor<1x8xf32>
    %4 = graph.map div %3, %1 : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %5 = graph.reshape %4 : tensor<1x8xf32> -> tensor<8xf32>
    %6 = graph.broadcast %5 dims [1] : tensor<8xf32> -> tensor<1x8x8x28x28xf32>
    %7 = graph.map sub %2, %6 : (tensor<1x8x8x28x28xf32>, tensor<1x8x8x28x28xf32>) -> tensor<1x8x8x28x28xf32>
    %8 = graph.map mul %7, %7 : (tensor<1x8x8x28x28xf32>, tensor<1x8x8x28x28xf32>) -> tensor<1x8x8x28x28xf32>
    %9 = graph.reduce sum %8 dims [2, 3, 4] : tensor<1x8x8x28x28xf32> -> tensor<1x8xf32>
    %10 = graph.map div %9, %1 : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %11 = graph.map add %10, %0 : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %12 = graph.map sqrt %11 : (tensor<1x8xf32>) -> tensor<1x8xf32>
    %13 = graph.map reciprocal %12 : (tensor<1x8xf32>) -> tensor<1x8xf32>
    %14 = graph.reshape %13 : tensor<1x8xf32> -> tensor<8xf32>
    %15 = graph.broadcast %14 dims [1] : tensor<8xf32> -> tensor<1x8x8x28x28xf32>
    %16 = graph.map mul %7, %15 : (tensor<1x8x8x28x28xf32>, tensor<1x8x8x28x28xf32>) -> tensor<1x8x8x28x28xf32>
    %17 = graph.reshape %arg1 : tensor<64xf32> -> tensor<8x8xf32>
    %18 = graph.broadcast %17 dims [1, 2] : tensor<8x8xf32> -> tensor<1x8x8x28x28xf32>
    %19 = graph.map mul %16, %18 : (tensor<1x8x8x28x28xf32>, tensor<1x8x8x28x28xf32>) -> tensor<1x8x8x28x28xf32>
    %20 = graph.reshape %arg2 : tensor<64xf32> -> tensor<8x8xf32>
    %21 = graph.broadcast %20 dims [1, 2] : tensor<8x8xf32> -> tensor<1x8x8x28x28xf32>
    %22 = graph.map add %19, %21 : (tensor<1x8x8x28x28xf32>, tensor<1x8x8x28x28xf32>) -> tensor<1x8x8x28x28xf32>
    %23 = graph.reshape %22 : tensor<1x8x8x28x28xf32> -> tensor<1x64x28x28xf32>
    return %23 : tensor<1x64x28x28xf32>
  }
  func.func @"group_norm/2048x3136"(%arg0: tensor<32x64x56x56xf32>, %arg1: tensor<64xf32>, %arg2: tensor<64xf32>) -> (tensor<32x64x56x56xf32>) attributes {math = {}, reductions = 4096.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.99999974E-6> : tensor<32x8xf32>
    %1 = graph.constant dense<2.508800e+04> : tensor<32x8xf32>
    %2 = graph.reshape %arg0 : tensor<32x64x56x56xf32> -> tensor<32x8x8x56x56xf32>
    %3 = graph.reduce sum %2 dims [2, 3, 4] : tensor<32x8x8x56x56xf32> -> tensor<32x8xf32>
    %4 = graph.map div %3, %1 : (tensor<32x8xf32>, tensor<32x8xf32>) -> tensor<32x8xf32>
    %5 = graph.broadcast %4 dims [0, 1] : tensor<32x8xf32> -> tensor<32x8x8x56x56xf32>
    %6 = graph.map sub %2, %5 : (tensor<32x8x8x56x56xf32>, tensor<32x8x8x56x56xf32>) -> tensor<32x8x8x56x56xf32>
    %7 = graph.map mul %6, %6 : (tensor<32x8x8x56x56xf32>, tensor<32x8x8x56x56xf32>) -> tensor<32x8x8x56x56xf32>
    %8 = graph.reduce sum %7 dims [2, 3, 4] : tensor<32x8x8x56x56xf32> -> tensor<32x8xf32>
    %9 = graph.map div %8, %1 : (tensor<32x8xf32>, tensor<32x8xf32>) -> tensor<32x8xf32>
    %10 = graph.map add %9, %0 : (tensor<32x8xf32>, tensor<32x8xf32>) -> tensor<32x8xf32>
    %11 = graph.map sqrt %10 : (tensor<32x8xf32>) -> tensor<32x8xf32>
    %12 = graph.map reciprocal %11 : (tensor<32x8xf32>) -> tensor<32x8xf32>
    %13 = graph.broadcast %12 dims [0, 1] : tensor<32x8xf32> -> tensor<32x8x8x56x56xf32>
    %14 = graph.map mul %6, %13 : (tensor<32x8x8x56x56xf32>, tensor<32x8x8x56x56xf32>) -> tensor<32x8x8x56x56xf32>
    %15 = graph.reshape %arg1 : tensor<64xf32> -> tensor<8x8xf32>
    %16 = graph.broadcast %15 dims [1, 2] : tensor<8x8xf32> -> tensor<32x8x8x56x56xf32>
    %17 = graph.map mul %14, %16 : (tensor<32x8x8x56x56xf32>, tensor<32x8x8x56x56xf32>) -> tensor<32x8x8x56x56xf32>
    %18 = graph.reshape %arg2 : tensor<64xf32> -> tensor<8x8xf32>
    %19 = graph.broadcast %18 dims [1, 2] : tensor<8x8xf32> -> tensor<32x8x8x56x56xf32>
    %20 = graph.map add %17, %19 : (tensor<32x8x8x56x56xf32>, tensor<32x8x8x56x56xf32>) -> tensor<32x8x8x56x56xf32>
    %21 = graph.reshape %20 : tensor<32x8x8x56x56xf32> -> tensor<32x64x56x56xf32>
    return %21 : tensor<32x64x56x56xf32>
  }
  func.func @"group_norm/16384x1024"(%arg0: tensor<256x64x32x32xf32>, %arg1: tensor<64xf32>, %arg2: tensor<64xf32>) -> (tensor<256x64x32x32xf32>) attributes {math = {}, reductions = 32768.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.22070313E-4> : tensor<256x8xf32>
    %1 = graph.constant dense<9.99999974E-6> : tensor<256x8xf32>
    %2 = graph.reshape %arg0 : tensor<256x64x32x32xf32> -> tensor<256x8x8x32x32xf32>
    %3 = graph.reduce sum %2 dims [2, 3, 4] : tensor<256x8x8x32x32xf32> -> tensor<256x8xf32>
    %4 = graph.map mul %3, %0 : (tensor<256x8xf32>, tensor<256x8xf32>) -> tensor<256x8xf32>
    %5 = graph.broadcast %4 dims [0, 1] : tensor<256x8xf32> -> tensor<256x8x8x32x32xf32>
    %6 = graph.map sub %2, %5 : (tensor<256x8x8x32x32xf32>, tensor<256x8x8x32x32xf32>) -> tensor<256x8x8x32x32xf32>
    %7 = graph.map mul %6, %6 : (tensor<256x8x8x32x32xf32>, tensor<256x8x8x32x32xf32>) -> tensor<256x8x8x32x32xf32>
    %8 = graph.reduce sum %7 dims [2, 3, 4] : tensor<256x8x8x32x32xf32> -> tensor<256x8xf32>
    %9 = graph.map mul %8, %0 : (tensor<256x8xf32>, tensor<256x8xf32>) -> tensor<256x8xf32>
    %10 = graph.map add %9, %1 : (tensor<256x8xf32>, tensor<256x8xf32>) -> tensor<256x8xf32>
    %11 = graph.map sqrt %10 : (tensor<256x8xf32>) -> tensor<256x8xf32>
    %12 = graph.map reciprocal %11 : (tensor<256x8xf32>) -> tensor<256x8xf32>
    %13 = graph.broadcast %12 dims [0, 1] : tensor<256x8xf32> -> tensor<256x8x8x32x32xf32>
    %14 = graph.map mul %6, %13 : (tensor<256x8x8x32x32xf32>, tensor<256x8x8x32x32xf32>) -> tensor<256x8x8x32x32xf32>
    %15 = graph.reshape %arg1 : tensor<64xf32> -> tensor<8x8xf32>
    %16 = graph.broadcast %15 dims [1, 2] : tensor<8x8xf32> -> tensor<256x8x8x32x32xf32>
    %17 = graph.map mul %14, %16 : (tensor<256x8x8x32x32xf32>, tensor<256x8x8x32x32xf32>) -> tensor<256x8x8x32x32xf32>
    %18 = graph.reshape %arg2 : tensor<64xf32> -> tensor<8x8xf32>
    %19 = graph.broadcast %18 dims [1, 2] : tensor<8x8xf32> -> tensor<256x8x8x32x32xf32>
    %20 = graph.map add %17, %19 : (tensor<256x8x8x32x32xf32>, tensor<256x8x8x32x32xf32>) -> tensor<256x8x8x32x32xf32>
    %21 = graph.reshape %20 : tensor<256x8x8x32x32xf32> -> tensor<256x64x32x32xf32>
    return %21 : tensor<256x64x32x32xf32>
  }
  func.func @"batch_norm_relu/64x784"(%arg0: tensor<1x64x28x28xf32>, %arg1: tensor<64xf32>, %arg2: tensor<64xf32>, %arg3: tensor<64xf32>, %arg4: tensor<64xf32>) -> (tensor<1x64x28x28xf32>) attributes {math = {}, reductions = 0.0, low = 0.1, highest = 1 : i64} {
    %0 = graph.constant dense<0.000000e+00> : tensor<1x64x28x28xf32>
    %1 = graph.constant dense<9.99999974E-6> : tensor<64xf32>
    %2 = graph.map add %arg4, %1 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    %3 = graph.map rsqrt %2 : (tensor<64xf32>) -> tensor<64xf32>
    %4 = graph.map mul %arg1, %3 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    %5 = graph.broadcast %arg3 dims [1] : tensor<64xf32> -> tensor<1x64x28x28xf32>
    %6 = graph.map sub %arg0, %5 : (tensor<1x64x28x28xf32>, tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32>
    %7 = graph.broadcast %4 dims [1] : tensor<64xf32> -> tensor<1x64x28x28xf32>
    %8 = graph.map mul %6, %7 : (tensor<1x64x28x28xf32>, tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32>
    %9 = graph.broadcast %arg2 dims [1] : tensor<64xf32> -> tensor<1x64x28x28xf32>
    %10 = graph.map add %8, %9 : (tensor<1x64x28x28xf32>, tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32>
    %11 = graph.map max %10, %0 : (tensor<1x64x28x28xf32>, tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32>
    return %11 : tensor<1x64x28x28xf32>
  }
  func.func @"batch_norm_relu/2048x3136"(%arg0: tensor<32x64x56x56xf32>, %arg1: tensor<64xf32>, %arg2: tensor<64xf32>, %arg3: tensor<64xf32>, %arg4: tensor<64xf32>) -> (tensor<32x64x56x56xf32>) attributes {math = {}, reductions = 0.0, low = 0.1, highest = 1 : i64} {
    %0 = graph.constant dense<0.000000e+00> : tensor<32x64x56x56xf32>
    %1 = graph.constant dense<9.99999974E-6> : tensor<64xf32>
    %2 = graph.map add %arg4, %1 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    %3 = graph.map rsqrt %2 : (tensor<64xf32>) -> tensor<64xf32>
    %4 = graph.map mul %arg1, %3 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    %5 = graph.broadcast %arg3 dims [1] : tensor<64xf32> -> tensor<32x64x56x56xf32>
    %6 = graph.map sub %arg0, %5 : (tensor<32x64x56x56xf32>, tensor<32x64x56x56xf32>) -> tensor<32x64x56x56xf32>
    %7 = graph.broadcast %4 dims [1] : tensor<64xf32> -> tensor<32x64x56x56xf32>
    %8 = graph.map mul %6, %7 : (tensor<32x64x56x56xf32>, tensor<32x64x56x56xf32>) -> tensor<32x64x56x56xf32>
    %9 = graph.broadcast %arg2 dims [1] : tensor<64xf32> -> tensor<32x64x56x56xf32>
    %10 = graph.map add %8, %9 : (tensor<32x64x56x56xf32>, tensor<32x64x56x56xf32>) -> tensor<32x64x56x56xf32>
    %11 = graph.map max %10, %0 : (tensor<32x64x56x56xf32>, tensor<32x64x56x56xf32>) -> tensor<32x64x56x56xf32>
    return %11 : tensor<32x64x56x56xf32>
  }
  func.func @"batch_norm_relu/16384x1024"(%arg0: tensor<256x64x32x32xf32>, %arg1: tensor<64xf32>, %arg2: tensor<64xf32>, %arg3: tensor<64xf32>, %arg4: tensor<64xf32>) -> (tensor<256x64x32x32xf32>) attributes {math = {}, reductions = 0.0, low = 0.1, highest = 1 : i64} {
    %0 = graph.constant dense<0.000000e+00> : tensor<256x64x32x32xf32>
    %1 = graph.constant dense<9.99999974E-6> : tensor<64xf32>
    %2 = graph.map add %arg4, %1 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    %3 = graph.map rsqrt %2 : (tensor<64xf32>) -> tensor<64xf32>
    %4 = graph.map mul %arg1, %3 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
    %5 = graph.broadcast %arg3 dims [1] : tensor<64xf32> -> tensor<256x64x32x32xf32>
    %6 = graph.map sub %arg0, %5 : (tensor<256x64x32x32xf32>, tensor<256x64x32x32xf32>) -> tensor<256x64x32x32xf32>
    %7 = graph.broadcast %4 dims [1] : tensor<64xf32> -> tensor<256x64x32x32xf32>
    %8 = graph.map mul %6, %7 : (tensor<256x64x32x32xf32>, tensor<256x64x32x32xf32>) -> tensor<256x64x32x32xf32>
    %9 = graph.broadcast %arg2 dims [1] : tensor<64xf32> -> tensor<256x64x32x32xf32>
    %10 = graph.map add %8, %9 : (tensor<256x64x32x32xf32>, tensor<256x64x32x32xf32>) -> tensor<256x64x32x32xf32>
    %11 = graph.map max %10, %0 : (tensor<256x64x32x32xf32>, tensor<256x64x32x32xf32>) -> tensor<256x64x32x32xf32>
    return %11 : tensor<256x64x32x32xf32>
  }
  func.func @"bias_relu/64x1024"(%arg0: tensor<64x1024xf32>, %arg1: tensor<1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<0.000000e+00> : tensor<64x1024xf32>
    %1 = graph.broadcast %arg1 dims [1] : tensor<1024xf32> -> tensor<64x1024xf32>
    %2 = graph.map add %arg0, %1 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %3 = graph.map max %2, %0 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    return %3 : tensor<64x1024xf32>
  }
  func.func @"bias_relu/2048x1024"(%arg0: tensor<2048x1024xf32>, %arg1: tensor<1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<0.000000e+00> : tensor<2048x1024xf32>
    %1 = graph.broadcast %arg1 dims [1] : tensor<1024xf32> -> tensor<2048x1024xf32>
    %2 = graph.map add %arg0, %1 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %3 = graph.map max %2, %0 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    return %3 : tensor<2048x1024xf32>
  }
  func.func @"bias_relu/16384x1024"(%arg0: tensor<16384x1024xf32>, %arg1: tensor<1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<0.000000e+00> : tensor<16384x1024xf32>
    %1 = graph.broadcast %arg1 dims [1] : tensor<1024xf32> -> tensor<16384x1024xf32>
    %2 = graph.map add %arg0, %1 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %3 = graph.map max %2, %0 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %3 : tensor<16384x1024xf32>
  }
  func.func @"gelu_erf/64x1024"(%arg0: tensor<64x1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {erf = 65536.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<5.000000e-01> : tensor<64x1024xf32>
    %1 = graph.constant dense<1.000000e+00> : tensor<64x1024xf32>
    %2 = graph.constant dense<0.707106769> : tensor<64x1024xf32>
    %3 = graph.map mul %arg0, %2 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %4 = graph.map erf %3 : (tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %5 = graph.map add %4, %1 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %6 = graph.map mul %arg0, %5 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %7 = graph.map mul %6, %0 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    return %7 : tensor<64x1024xf32>
  }
  func.func @"gelu_erf/2048x1024"(%arg0: tensor<2048x1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {erf = 2097152.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<5.000000e-01> : tensor<2048x1024xf32>
    %1 = graph.constant dense<1.000000e+00> : tensor<2048x1024xf32>
    %2 = graph.constant dense<0.707106769> : tensor<2048x1024xf32>
    %3 = graph.map mul %arg0, %2 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %4 = graph.map erf %3 : (tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %5 = graph.map add %4, %1 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %6 = graph.map mul %arg0, %5 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %7 = graph.map mul %6, %0 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    return %7 : tensor<2048x1024xf32>
  }
  func.func @"gelu_erf/16384x1024"(%arg0: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {erf = 16777216.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<5.000000e-01> : tensor<16384x1024xf32>
    %1 = graph.constant dense<1.000000e+00> : tensor<16384x1024xf32>
    %2 = graph.constant dense<0.707106769> : tensor<16384x1024xf32>
    %3 = graph.map mul %arg0, %2 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %4 = graph.map erf %3 : (tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %5 = graph.map add %4, %1 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %6 = graph.map mul %arg0, %5 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %7 = graph.map mul %6, %0 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %7 : tensor<16384x1024xf32>
  }
  func.func @"bias_gelu_tanh/64x1024"(%arg0: tensor<64x1024xf32>, %arg1: tensor<1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {tanh = 65536.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.000000e+00> : tensor<64x1024xf32>
    %1 = graph.constant dense<0.797884583> : tensor<64x1024xf32>
    %2 = graph.constant dense<4.471500e-02> : tensor<64x1024xf32>
    %3 = graph.constant dense<5.000000e-01> : tensor<64x1024xf32>
    %4 = graph.broadcast %arg1 dims [1] : tensor<1024xf32> -> tensor<64x1024xf32>
    %5 = graph.map add %arg0, %4 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %6 = graph.map mul %5, %3 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %7 = graph.map mul %5, %5 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %8 = graph.map mul %7, %5 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %9 = graph.map mul %8, %2 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %10 = graph.map add %5, %9 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %11 = graph.map mul %10, %1 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %12 = graph.map tanh %11 : (tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %13 = graph.map add %12, %0 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %14 = graph.map mul %6, %13 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    return %14 : tensor<64x1024xf32>
  }
  func.func @"bias_gelu_tanh/2048x1024"(%arg0: tensor<2048x1024xf32>, %arg1: tensor<1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {tanh = 2097152.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.000000e+00> : tensor<2048x1024xf32>
    %1 = graph.constant dense<0.797884583> : tensor<2048x1024xf32>
    %2 = graph.constant dense<4.471500e-02> : tensor<2048x1024xf32>
    %3 = graph.constant dense<5.000000e-01> : tensor<2048x1024xf32>
    %4 = graph.broadcast %arg1 dims [1] : tensor<1024xf32> -> tensor<2048x1024xf32>
    %5 = graph.map add %arg0, %4 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %6 = graph.map mul %5, %3 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %7 = graph.map mul %5, %5 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %8 = graph.map mul %7, %5 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %9 = graph.map mul %8, %2 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %10 = graph.map add %5, %9 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %11 = graph.map mul %10, %1 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %12 = graph.map tanh %11 : (tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %13 = graph.map add %12, %0 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %14 = graph.map mul %6, %13 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    return %14 : tensor<2048x1024xf32>
  }
  func.func @"bias_gelu_tanh/16384x1024"(%arg0: tensor<16384x1024xf32>, %arg1: tensor<1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {tanh = 16777216.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.000000e+00> : tensor<16384x1024xf32>
    %1 = graph.constant dense<0.797884583> : tensor<16384x1024xf32>
    %2 = graph.constant dense<4.471500e-02> : tensor<16384x1024xf32>
    %3 = graph.constant dense<5.000000e-01> : tensor<16384x1024xf32>
    %4 = graph.broadcast %arg1 dims [1] : tensor<1024xf32> -> tensor<16384x1024xf32>
    %5 = graph.map add %arg0, %4 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %6 = graph.map mul %5, %3 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %7 = graph.map mul %5, %5 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %8 = graph.map mul %7, %5 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %9 = graph.map mul %8, %2 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %10 = graph.map add %5, %9 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %11 = graph.map mul %10, %1 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %12 = graph.map tanh %11 : (tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %13 = graph.map add %12, %0 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %14 = graph.map mul %6, %13 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %14 : tensor<16384x1024xf32>
  }
  func.func @"swiglu/64x1024"(%arg0: tensor<64x1024xf32>, %arg1: tensor<64x1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {sigmoid = 65536.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map sigmoid %arg0 : (tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %1 = graph.map mul %arg0, %0 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %2 = graph.map mul %1, %arg1 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    return %2 : tensor<64x1024xf32>
  }
  func.func @"swiglu/2048x1024"(%arg0: tensor<2048x1024xf32>, %arg1: tensor<2048x1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {sigmoid = 2097152.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map sigmoid %arg0 : (tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %1 = graph.map mul %arg0, %0 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %2 = graph.map mul %1, %arg1 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    return %2 : tensor<2048x1024xf32>
  }
  func.func @"swiglu/16384x1024"(%arg0: tensor<16384x1024xf32>, %arg1: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {sigmoid = 16777216.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map sigmoid %arg0 : (tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %1 = graph.map mul %arg0, %0 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %2 = graph.map mul %1, %arg1 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %2 : tensor<16384x1024xf32>
  }
  func.func @"residual_add/64x1024"(%arg0: tensor<64x1024xf32>, %arg1: tensor<64x1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map add %arg0, %arg1 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    return %0 : tensor<64x1024xf32>
  }
  func.func @"residual_add/2048x1024"(%arg0: tensor<2048x1024xf32>, %arg1: tensor<2048x1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map add %arg0, %arg1 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    return %0 : tensor<2048x1024xf32>
  }
  func.func @"residual_add/16384x1024"(%arg0: tensor<16384x1024xf32>, %arg1: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map add %arg0, %arg1 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %0 : tensor<16384x1024xf32>
  }
  func.func @"bias_dropout_scale/64x512"(%arg0: tensor<64x512xf32>, %arg1: tensor<64x512xf32>, %arg2: tensor<512xf32>, %arg3: tensor<64x512xf32>) -> (tensor<64x512xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.250000e+00> : tensor<64x512xf32>
    %1 = graph.broadcast %arg2 dims [1] : tensor<512xf32> -> tensor<64x512xf32>
    %2 = graph.map add %arg1, %1 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %3 = graph.map mul %2, %arg0 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %4 = graph.map mul %3, %0 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %5 = graph.map add %4, %arg3 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    return %5 : tensor<64x512xf32>
  }
  func.func @"bias_dropout_scale/1024x1024"(%arg0: tensor<1024x1024xf32>, %arg1: tensor<1024x1024xf32>, %arg2: tensor<1024xf32>, %arg3: tensor<1024x1024xf32>) -> (tensor<1024x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.250000e+00> : tensor<1024x1024xf32>
    %1 = graph.broadcast %arg2 dims [1] : tensor<1024xf32> -> tensor<1024x1024xf32>
    %2 = graph.map add %arg1, %1 : (tensor<1024x1024xf32>, tensor<1024x1024xf32>) -> tensor<1024x1024xf32>
    %3 = graph.map mul %2, %arg0 : (tensor<1024x1024xf32>, tensor<1024x1024xf32>) -> tensor<1024x1024xf32>
    %4 = graph.map mul %3, %0 : (tensor<1024x1024xf32>, tensor<1024x1024xf32>) -> tensor<1024x1024xf32>
    %5 = graph.map add %4, %arg3 : (tensor<1024x1024xf32>, tensor<1024x1024xf32>) -> tensor<1024x1024xf32>
    return %5 : tensor<1024x1024xf32>
  }
  func.func @"bias_dropout_scale/8192x1024"(%arg0: tensor<8192x1024xf32>, %arg1: tensor<8192x1024xf32>, %arg2: tensor<1024xf32>, %arg3: tensor<8192x1024xf32>) -> (tensor<8192x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<1.250000e+00> : tensor<8192x1024xf32>
    %1 = graph.broadcast %arg2 dims [1] : tensor<1024xf32> -> tensor<8192x1024xf32>
    %2 = graph.map add %arg1, %1 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %3 = graph.map mul %2, %arg0 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %4 = graph.map mul %3, %0 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %5 = graph.map add %4, %arg3 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    return %5 : tensor<8192x1024xf32>
  }
  func.func @"where_mask/64x1024"(%arg0: tensor<64x1024xi1>, %arg1: tensor<64x1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<-1.000000e+09> : tensor<64x1024xf32>
    %1 = graph.map select %arg0, %arg1, %0 : (tensor<64x1024xi1>, tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    return %1 : tensor<64x1024xf32>
  }
  func.func @"where_mask/2048x1024"(%arg0: tensor<2048x1024xi1>, %arg1: tensor<2048x1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<-1.000000e+09> : tensor<2048x1024xf32>
    %1 = graph.map select %arg0, %arg1, %0 : (tensor<2048x1024xi1>, tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    return %1 : tensor<2048x1024xf32>
  }
  func.func @"where_mask/16384x1024"(%arg0: tensor<16384x1024xi1>, %arg1: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<-1.000000e+09> : tensor<16384x1024xf32>
    %1 = graph.map select %arg0, %arg1, %0 : (tensor<16384x1024xi1>, tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %1 : tensor<16384x1024xf32>
  }
  func.func @"adam/64x512"(%arg0: tensor<64x512xf32>, %arg1: tensor<64x512xf32>, %arg2: tensor<64x512xf32>, %arg3: tensor<64x512xf32>) -> (tensor<64x512xf32>, tensor<64x512xf32>, tensor<64x512xf32>) attributes {math = {sqrt = 32768.0, divide = 32768.0}, reductions = 0.0, low = 0.1, highest = 1 : i64} {
    %0 = graph.constant dense<9.99999993E-9> : tensor<64x512xf32>
    %1 = graph.constant dense<9.990000e-01> : tensor<64x512xf32>
    %2 = graph.constant dense<1.000000e-03> : tensor<64x512xf32>
    %3 = graph.constant dense<1.000000e-01> : tensor<64x512xf32>
    %4 = graph.constant dense<0.899999976> : tensor<64x512xf32>
    %5 = graph.map mul %arg1, %4 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %6 = graph.map mul %arg3, %3 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %7 = graph.map add %5, %6 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %8 = graph.map div %7, %3 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %9 = graph.map mul %8, %2 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %10 = graph.map mul %arg2, %1 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %11 = graph.map mul %arg3, %2 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %12 = graph.map mul %11, %arg3 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %13 = graph.map add %10, %12 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %14 = graph.map div %13, %2 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %15 = graph.map sqrt %14 : (tensor<64x512xf32>) -> tensor<64x512xf32>
    %16 = graph.map add %15, %0 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %17 = graph.map div %9, %16 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    %18 = graph.map sub %arg0, %17 : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
    return %18, %7, %13 : tensor<64x512xf32>, tensor<64x512xf32>, tensor<64x512xf32>
  }
  func.func @"adam/1024x512"(%arg0: tensor<1024x512xf32>, %arg1: tensor<1024x512xf32>, %arg2: tensor<1024x512xf32>, %arg3: tensor<1024x512xf32>) -> (tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>) attributes {math = {sqrt = 524288.0, divide = 524288.0}, reductions = 0.0, low = 0.1, highest = 1 : i64} {
    %0 = graph.constant dense<9.99999993E-9> : tensor<1024x512xf32>
    %1 = graph.constant dense<9.990000e-01> : tensor<1024x512xf32>
    %2 = graph.constant dense<1.000000e-03> : tensor<1024x512xf32>
    %3 = graph.constant dense<1.000000e-01> : tensor<1024x512xf32>
    %4 = graph.constant dense<0.899999976> : tensor<1024x512xf32>
    %5 = graph.map mul %arg1, %4 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %6 = graph.map mul %arg3, %3 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %7 = graph.map add %5, %6 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %8 = graph.map div %7, %3 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %9 = graph.map mul %8, %2 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %10 = graph.map mul %arg2, %1 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %11 = graph.map mul %arg3, %2 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %12 = graph.map mul %11, %arg3 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %13 = graph.map add %10, %12 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %14 = graph.map div %13, %2 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %15 = graph.map sqrt %14 : (tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %16 = graph.map add %15, %0 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %17 = graph.map div %9, %16 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %18 = graph.map sub %arg0, %17 : (tensor<1024x512xf32>, tensor<1024x512xf32>) -> tensor<1024x512xf32>
    return %18, %7, %13 : tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>
  }
  func.func @"adam/8192x1024"(%arg0: tensor<8192x1024xf32>, %arg1: tensor<8192x1024xf32>, %arg2: tensor<8192x1024xf32>, %arg3: tensor<8192x1024xf32>) -> (tensor<8192x1024xf32>, tensor<8192x1024xf32>, tensor<8192x1024xf32>) attributes {math = {sqrt = 8388608.0, divide = 8388608.0}, reductions = 0.0, low = 0.1, highest = 1 : i64} {
    %0 = graph.constant dense<9.99999993E-9> : tensor<8192x1024xf32>
    %1 = graph.constant dense<9.990000e-01> : tensor<8192x1024xf32>
    %2 = graph.constant dense<1.000000e-03> : tensor<8192x1024xf32>
    %3 = graph.constant dense<1.000000e-01> : tensor<8192x1024xf32>
    %4 = graph.constant dense<0.899999976> : tensor<8192x1024xf32>
    %5 = graph.map mul %arg1, %4 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %6 = graph.map mul %arg3, %3 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %7 = graph.map add %5, %6 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %8 = graph.map div %7, %3 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %9 = graph.map mul %8, %2 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %10 = graph.map mul %arg2, %1 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %11 = graph.map mul %arg3, %2 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %12 = graph.map mul %11, %arg3 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %13 = graph.map add %10, %12 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %14 = graph.map div %13, %2 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %15 = graph.map sqrt %14 : (tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %16 = graph.map add %15, %0 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %17 = graph.map div %9, %16 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    %18 = graph.map sub %arg0, %17 : (tensor<8192x1024xf32>, tensor<8192x1024xf32>) -> tensor<8192x1024xf32>
    return %18, %7, %13 : tensor<8192x1024xf32>, tensor<8192x1024xf32>, tensor<8192x1024xf32>
  }
  func.func @"transpose/256x256"(%arg0: tensor<256x256xf32>) -> (tensor<256x256xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.transpose %arg0 perm [1, 0] : tensor<256x256xf32> -> tensor<256x256xf32>
    return %0 : tensor<256x256xf32>
  }
  func.func @"transpose/1000x1000"(%arg0: tensor<1000x1000xf32>) -> (tensor<1000x1000xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.transpose %arg0 perm [1, 0] : tensor<1000x1000xf32> -> tensor<1000x1000xf32>
    return %0 : tensor<1000x1000xf32>
  }
  func.func @"transpose/8192x2048"(%arg0: tensor<8192x2048xf32>) -> (tensor<2048x8192xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.transpose %arg0 perm [1, 0] : tensor<8192x2048xf32> -> tensor<2048x8192xf32>
    return %0 : tensor<2048x8192xf32>
  }
  func.func @"transpose_heads/128x512"(%arg0: tensor<1x128x8x64xf32>) -> (tensor<1x8x128x64xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.transpose %arg0 perm [0, 2, 1, 3] : tensor<1x128x8x64xf32> -> tensor<1x8x128x64xf32>
    return %0 : tensor<1x8x128x64xf32>
  }
  func.func @"transpose_heads/2048x768"(%arg0: tensor<16x128x12x64xf32>) -> (tensor<16x12x128x64xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.transpose %arg0 perm [0, 2, 1, 3] : tensor<16x128x12x64xf32> -> tensor<16x12x128x64xf32>
    return %0 : tensor<16x12x128x64xf32>
  }
  func.func @"transpose_heads/16384x1024"(%arg0: tensor<128x128x16x64xf32>) -> (tensor<128x16x128x64xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.transpose %arg0 perm [0, 2, 1, 3] : tensor<128x128x16x64xf32> -> tensor<128x16x128x64xf32>
    return %0 : tensor<128x16x128x64xf32>
  }
  func.func @"channels_last/64x784"(%arg0: tensor<1x64x28x28xf32>) -> (tensor<1x28x28x64xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.transpose %arg0 perm [0, 2, 3, 1] : tensor<1x64x28x28xf32> -> tensor<1x28x28x64xf32>
    return %0 : tensor<1x28x28x64xf32>
  }
  func.func @"channels_last/2048x3136"(%arg0: tensor<32x64x56x56xf32>) -> (tensor<32x56x56x64xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.transpose %arg0 perm [0, 2, 3, 1] : tensor<32x64x56x56xf32> -> tensor<32x56x56x64xf32>
    return %0 : tensor<32x56x56x64xf32>
  }
  func.func @"channels_last/16384x1024"(%arg0: tensor<256x64x32x32xf32>) -> (tensor<256x32x32x64xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.transpose %arg0 perm [0, 2, 3, 1] : tensor<256x64x32x32xf32> -> tensor<256x32x32x64xf32>
    return %0 : tensor<256x32x32x64xf32>
  }
  func.func @"column_sum/128x768"(%arg0: tensor<128x768xf32>) -> (tensor<1x768xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce sum %arg0 dims [0] : tensor<128x768xf32> -> tensor<768xf32>
    %1 = graph.reshape %0 : tensor<768xf32> -> tensor<1x768xf32>
    return %1 : tensor<1x768xf32>
  }
  func.func @"column_sum/4096x768"(%arg0: tensor<4096x768xf32>) -> (tensor<1x768xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce sum %arg0 dims [0] : tensor<4096x768xf32> -> tensor<768xf32>
    %1 = graph.reshape %0 : tensor<768xf32> -> tensor<1x768xf32>
    return %1 : tensor<1x768xf32>
  }
  func.func @"column_sum/65536x512"(%arg0: tensor<65536x512xf32>) -> (tensor<1x512xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce sum %arg0 dims [0] : tensor<65536x512xf32> -> tensor<512xf32>
    %1 = graph.reshape %0 : tensor<512xf32> -> tensor<1x512xf32>
    return %1 : tensor<1x512xf32>
  }
  func.func @"column_max/128x768"(%arg0: tensor<128x768xf32>) -> (tensor<1x768xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [0] : tensor<128x768xf32> -> tensor<768xf32>
    %1 = graph.reshape %0 : tensor<768xf32> -> tensor<1x768xf32>
    return %1 : tensor<1x768xf32>
  }
  func.func @"column_max/4096x768"(%arg0: tensor<4096x768xf32>) -> (tensor<1x768xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [0] : tensor<4096x768xf32> -> tensor<768xf32>
    %1 = graph.reshape %0 : tensor<768xf32> -> tensor<1x768xf32>
    return %1 : tensor<1x768xf32>
  }
  func.func @"column_max/65536x512"(%arg0: tensor<65536x512xf32>) -> (tensor<1x512xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce max %arg0 dims [0] : tensor<65536x512xf32> -> tensor<512xf32>
    %1 = graph.reshape %0 : tensor<512xf32> -> tensor<1x512xf32>
    return %1 : tensor<1x512xf32>
  }
  func.func @"row_sum/256x512"(%arg0: tensor<256x512xf32>) -> (tensor<256x1xf32>) attributes {math = {}, reductions = 256.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce sum %arg0 dims [1] : tensor<256x512xf32> -> tensor<256xf32>
    %1 = graph.reshape %0 : tensor<256xf32> -> tensor<256x1xf32>
    return %1 : tensor<256x1xf32>
  }
  func.func @"row_sum/8192x768"(%arg0: tensor<8192x768xf32>) -> (tensor<8192x1xf32>) attributes {math = {}, reductions = 8192.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce sum %arg0 dims [1] : tensor<8192x768xf32> -> tensor<8192xf32>
    %1 = graph.reshape %0 : tensor<8192xf32> -> tensor<8192x1xf32>
    return %1 : tensor<8192x1xf32>
  }
  func.func @"row_sum/65536x512"(%arg0: tensor<65536x512xf32>) -> (tensor<65536x1xf32>) attributes {math = {}, reductions = 65536.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce sum %arg0 dims [1] : tensor<65536x512xf32> -> tensor<65536xf32>
    %1 = graph.reshape %0 : tensor<65536xf32> -> tensor<65536x1xf32>
    return %1 : tensor<65536x1xf32>
  }
  func.func @"moments/256x512"(%arg0: tensor<256x512xf32>) -> (tensor<256x1xf32>, tensor<256x1xf32>) attributes {math = {}, reductions = 512.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<0.001953125> : tensor<256xf32>
    %1 = graph.reduce sum %arg0 dims [1] : tensor<256x512xf32> -> tensor<256xf32>
    %2 = graph.map mul %1, %0 : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
    %3 = graph.reshape %2 : tensor<256xf32> -> tensor<256x1xf32>
    %4 = graph.broadcast %2 dims [0] : tensor<256xf32> -> tensor<256x512xf32>
    %5 = graph.map sub %arg0, %4 : (tensor<256x512xf32>, tensor<256x512xf32>) -> tensor<256x512xf32>
    %6 = graph.map mul %5, %5 : (tensor<256x512xf32>, tensor<256x512xf32>) -> tensor<256x512xf32>
    %7 = graph.reduce sum %6 dims [1] : tensor<256x512xf32> -> tensor<256xf32>
    %8 = graph.map mul %7, %0 : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
    %9 = graph.reshape %8 : tensor<256xf32> -> tensor<256x1xf32>
    return %3, %9 : tensor<256x1xf32>, tensor<256x1xf32>
  }
  func.func @"moments/8192x768"(%arg0: tensor<8192x768xf32>) -> (tensor<8192x1xf32>, tensor<8192x1xf32>) attributes {math = {}, reductions = 16384.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<7.680000e+02> : tensor<8192xf32>
    %1 = graph.reduce sum %arg0 dims [1] : tensor<8192x768xf32> -> tensor<8192xf32>
    %2 = graph.map div %1, %0 : (tensor<8192xf32>, tensor<8192xf32>) -> tensor<8192xf32>
    %3 = graph.reshape %2 : tensor<8192xf32> -> tensor<8192x1xf32>
    %4 = graph.broadcast %2 dims [0] : tensor<8192xf32> -> tensor<8192x768xf32>
    %5 = graph.map sub %arg0, %4 : (tensor<8192x768xf32>, tensor<8192x768xf32>) -> tensor<8192x768xf32>
    %6 = graph.map mul %5, %5 : (tensor<8192x768xf32>, tensor<8192x768xf32>) -> tensor<8192x768xf32>
    %7 = graph.reduce sum %6 dims [1] : tensor<8192x768xf32> -> tensor<8192xf32>
    %8 = graph.map div %7, %0 : (tensor<8192xf32>, tensor<8192xf32>) -> tensor<8192xf32>
    %9 = graph.reshape %8 : tensor<8192xf32> -> tensor<8192x1xf32>
    return %3, %9 : tensor<8192x1xf32>, tensor<8192x1xf32>
  }
  func.func @"moments/65536x512"(%arg0: tensor<65536x512xf32>) -> (tensor<65536x1xf32>, tensor<65536x1xf32>) attributes {math = {}, reductions = 131072.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<0.001953125> : tensor<65536xf32>
    %1 = graph.reduce sum %arg0 dims [1] : tensor<65536x512xf32> -> tensor<65536xf32>
    %2 = graph.map mul %1, %0 : (tensor<65536xf32>, tensor<65536xf32>) -> tensor<65536xf32>
    %3 = graph.reshape %2 : tensor<65536xf32> -> tensor<65536x1xf32>
    %4 = graph.broadcast %2 dims [0] : tensor<65536xf32> -> tensor<65536x512xf32>
    %5 = graph.map sub %arg0, %4 : (tensor<65536x512xf32>, tensor<65536x512xf32>) -> tensor<65536x512xf32>
    %6 = graph.map mul %5, %5 : (tensor<65536x512xf32>, tensor<65536x512xf32>) -> tensor<65536x512xf32>
    %7 = graph.reduce sum %6 dims [1] : tensor<65536x512xf32> -> tensor<65536xf32>
    %8 = graph.map mul %7, %0 : (tensor<65536xf32>, tensor<65536xf32>) -> tensor<65536xf32>
    %9 = graph.reshape %8 : tensor<65536xf32> -> tensor<65536x1xf32>
    return %3, %9 : tensor<65536x1xf32>, tensor<65536x1xf32>
  }
  func.func @"total_sum/128x768"(%arg0: tensor<128x768xf32>) -> (tensor<1x1xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce sum %arg0 dims [0, 1] : tensor<128x768xf32> -> tensor<f32>
    %1 = graph.reshape %0 : tensor<f32> -> tensor<1x1xf32>
    return %1 : tensor<1x1xf32>
  }
  func.func @"total_sum/4096x768"(%arg0: tensor<4096x768xf32>) -> (tensor<1x1xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce sum %arg0 dims [0, 1] : tensor<4096x768xf32> -> tensor<f32>
    %1 = graph.reshape %0 : tensor<f32> -> tensor<1x1xf32>
    return %1 : tensor<1x1xf32>
  }
  func.func @"total_sum/65536x512"(%arg0: tensor<65536x512xf32>) -> (tensor<1x1xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.reduce sum %arg0 dims [0, 1] : tensor<65536x512xf32> -> tensor<f32>
    %1 = graph.reshape %0 : tensor<f32> -> tensor<1x1xf32>
    return %1 : tensor<1x1xf32>
  }
  func.func @"row_arg_max/128x1000"(%arg0: tensor<128x1000xf32>) -> (tensor<128xi64>) attributes {math = {}, reductions = 128.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.arg_reduce max %arg0 dim 1 : tensor<128x1000xf32> -> tensor<128xi64>
    return %0 : tensor<128xi64>
  }
  func.func @"row_arg_max/4096x1000"(%arg0: tensor<4096x1000xf32>) -> (tensor<4096xi64>) attributes {math = {}, reductions = 4096.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.arg_reduce max %arg0 dim 1 : tensor<4096x1000xf32> -> tensor<4096xi64>
    return %0 : tensor<4096xi64>
  }
  func.func @"row_arg_max/32768x1000"(%arg0: tensor<32768x1000xf32>) -> (tensor<32768xi64>) attributes {math = {}, reductions = 32768.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.arg_reduce max %arg0 dim 1 : tensor<32768x1000xf32> -> tensor<32768xi64>
    return %0 : tensor<32768xi64>
  }
  func.func @"column_arg_max/128x768"(%arg0: tensor<128x768xf32>) -> (tensor<768xi64>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.arg_reduce max %arg0 dim 0 : tensor<128x768xf32> -> tensor<768xi64>
    return %0 : tensor<768xi64>
  }
  func.func @"column_arg_max/4096x768"(%arg0: tensor<4096x768xf32>) -> (tensor<768xi64>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.arg_reduce max %arg0 dim 0 : tensor<4096x768xf32> -> tensor<768xi64>
    return %0 : tensor<768xi64>
  }
  func.func @"column_arg_max/32768x768"(%arg0: tensor<32768x768xf32>) -> (tensor<768xi64>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.arg_reduce max %arg0 dim 0 : tensor<32768x768xf32> -> tensor<768xi64>
    return %0 : tensor<768xi64>
  }
  func.func @"row_scan/64x1024"(%arg0: tensor<64x1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.scan sum %arg0 dim 1 : tensor<64x1024xf32> -> tensor<64x1024xf32>
    return %0 : tensor<64x1024xf32>
  }
  func.func @"row_scan/2048x1024"(%arg0: tensor<2048x1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.scan sum %arg0 dim 1 : tensor<2048x1024xf32> -> tensor<2048x1024xf32>
    return %0 : tensor<2048x1024xf32>
  }
  func.func @"row_scan/16384x1024"(%arg0: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.scan sum %arg0 dim 1 : tensor<16384x1024xf32> -> tensor<16384x1024xf32>
    return %0 : tensor<16384x1024xf32>
  }
  func.func @"column_scan/64x1024"(%arg0: tensor<64x1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.scan sum %arg0 dim 0 : tensor<64x1024xf32> -> tensor<64x1024xf32>
    return %0 : tensor<64x1024xf32>
  }
  func.func @"column_scan/2048x1024"(%arg0: tensor<2048x1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.scan sum %arg0 dim 0 : tensor<2048x1024xf32> -> tensor<2048x1024xf32>
    return %0 : tensor<2048x1024xf32>
  }
  func.func @"column_scan/16384x1024"(%arg0: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.scan sum %arg0 dim 0 : tensor<16384x1024xf32> -> tensor<16384x1024xf32>
    return %0 : tensor<16384x1024xf32>
  }
  func.func @"concat/64x1024"(%arg0: tensor<64x512xf32>, %arg1: tensor<64x496xf32>, %arg2: tensor<64x16xf32>) -> (tensor<64x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.concat %arg0, %arg1, %arg2 dim 1 : (tensor<64x512xf32>, tensor<64x496xf32>, tensor<64x16xf32>) -> tensor<64x1024xf32>
    return %0 : tensor<64x1024xf32>
  }
  func.func @"concat/2048x1024"(%arg0: tensor<2048x512xf32>, %arg1: tensor<2048x496xf32>, %arg2: tensor<2048x16xf32>) -> (tensor<2048x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.concat %arg0, %arg1, %arg2 dim 1 : (tensor<2048x512xf32>, tensor<2048x496xf32>, tensor<2048x16xf32>) -> tensor<2048x1024xf32>
    return %0 : tensor<2048x1024xf32>
  }
  func.func @"concat/16384x1024"(%arg0: tensor<16384x512xf32>, %arg1: tensor<16384x496xf32>, %arg2: tensor<16384x16xf32>) -> (tensor<16384x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.concat %arg0, %arg1, %arg2 dim 1 : (tensor<16384x512xf32>, tensor<16384x496xf32>, tensor<16384x16xf32>) -> tensor<16384x1024xf32>
    return %0 : tensor<16384x1024xf32>
  }
  func.func @"rope/1024x128"(%arg0: tensor<1024x128xf32>, %arg1: tensor<1024x128xf32>, %arg2: tensor<1024x128xf32>) -> (tensor<1024x128xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map mul %arg0, %arg1 : (tensor<1024x128xf32>, tensor<1024x128xf32>) -> tensor<1024x128xf32>
    %1 = graph.slice %arg0 starts <0, 64> strides [1, 1] : tensor<1024x128xf32> -> tensor<1024x64xf32>
    %2 = graph.map neg %1 : (tensor<1024x64xf32>) -> tensor<1024x64xf32>
    %3 = graph.slice %arg0 starts <0, 0> strides [1, 1] : tensor<1024x128xf32> -> tensor<1024x64xf32>
    %4 = graph.concat %2, %3 dim 1 : (tensor<1024x64xf32>, tensor<1024x64xf32>) -> tensor<1024x128xf32>
    %5 = graph.map mul %4, %arg2 : (tensor<1024x128xf32>, tensor<1024x128xf32>) -> tensor<1024x128xf32>
    %6 = graph.map add %0, %5 : (tensor<1024x128xf32>, tensor<1024x128xf32>) -> tensor<1024x128xf32>
    return %6 : tensor<1024x128xf32>
  }
  func.func @"rope/16384x128"(%arg0: tensor<16384x128xf32>, %arg1: tensor<16384x128xf32>, %arg2: tensor<16384x128xf32>) -> (tensor<16384x128xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map mul %arg0, %arg1 : (tensor<16384x128xf32>, tensor<16384x128xf32>) -> tensor<16384x128xf32>
    %1 = graph.slice %arg0 starts <0, 64> strides [1, 1] : tensor<16384x128xf32> -> tensor<16384x64xf32>
    %2 = graph.map neg %1 : (tensor<16384x64xf32>) -> tensor<16384x64xf32>
    %3 = graph.slice %arg0 starts <0, 0> strides [1, 1] : tensor<16384x128xf32> -> tensor<16384x64xf32>
    %4 = graph.concat %2, %3 dim 1 : (tensor<16384x64xf32>, tensor<16384x64xf32>) -> tensor<16384x128xf32>
    %5 = graph.map mul %4, %arg2 : (tensor<16384x128xf32>, tensor<16384x128xf32>) -> tensor<16384x128xf32>
    %6 = graph.map add %0, %5 : (tensor<16384x128xf32>, tensor<16384x128xf32>) -> tensor<16384x128xf32>
    return %6 : tensor<16384x128xf32>
  }
  func.func @"rope/65536x256"(%arg0: tensor<65536x256xf32>, %arg1: tensor<65536x256xf32>, %arg2: tensor<65536x256xf32>) -> (tensor<65536x256xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map mul %arg0, %arg1 : (tensor<65536x256xf32>, tensor<65536x256xf32>) -> tensor<65536x256xf32>
    %1 = graph.slice %arg0 starts <0, 128> strides [1, 1] : tensor<65536x256xf32> -> tensor<65536x128xf32>
    %2 = graph.map neg %1 : (tensor<65536x128xf32>) -> tensor<65536x128xf32>
    %3 = graph.slice %arg0 starts <0, 0> strides [1, 1] : tensor<65536x256xf32> -> tensor<65536x128xf32>
    %4 = graph.concat %2, %3 dim 1 : (tensor<65536x128xf32>, tensor<65536x128xf32>) -> tensor<65536x256xf32>
    %5 = graph.map mul %4, %arg2 : (tensor<65536x256xf32>, tensor<65536x256xf32>) -> tensor<65536x256xf32>
    %6 = graph.map add %0, %5 : (tensor<65536x256xf32>, tensor<65536x256xf32>) -> tensor<65536x256xf32>
    return %6 : tensor<65536x256xf32>
  }
  func.func @"pad/64x784"(%arg0: tensor<1x64x28x28xf32>) -> (tensor<1x64x30x30xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<0.000000e+00> : tensor<f32>
    %1 = graph.pad %arg0 with %0 low <0, 0, 1, 1> high <0, 0, 1, 1> : (tensor<1x64x28x28xf32>, tensor<f32>) -> tensor<1x64x30x30xf32>
    return %1 : tensor<1x64x30x30xf32>
  }
  func.func @"pad/2048x3136"(%arg0: tensor<32x64x56x56xf32>) -> (tensor<32x64x58x58xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<0.000000e+00> : tensor<f32>
    %1 = graph.pad %arg0 with %0 low <0, 0, 1, 1> high <0, 0, 1, 1> : (tensor<32x64x56x56xf32>, tensor<f32>) -> tensor<32x64x58x58xf32>
    return %1 : tensor<32x64x58x58xf32>
  }
  func.func @"pad/16384x1024"(%arg0: tensor<256x64x32x32xf32>) -> (tensor<256x64x34x34xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<0.000000e+00> : tensor<f32>
    %1 = graph.pad %arg0 with %0 low <0, 0, 1, 1> high <0, 0, 1, 1> : (tensor<256x64x32x32xf32>, tensor<f32>) -> tensor<256x64x34x34xf32>
    return %1 : tensor<256x64x34x34xf32>
  }
  func.func @"split_scale/64x1024"(%arg0: tensor<64x1024xf32>) -> (tensor<64x256xf32>, tensor<64x256xf32>, tensor<64x256xf32>, tensor<64x256xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<2.000000e+00> : tensor<64x256xf32>
    %1 = graph.slice %arg0 starts <0, 0> strides [1, 1] : tensor<64x1024xf32> -> tensor<64x256xf32>
    %2 = graph.slice %arg0 starts <0, 256> strides [1, 1] : tensor<64x1024xf32> -> tensor<64x256xf32>
    %3 = graph.slice %arg0 starts <0, 512> strides [1, 1] : tensor<64x1024xf32> -> tensor<64x256xf32>
    %4 = graph.slice %arg0 starts <0, 768> strides [1, 1] : tensor<64x1024xf32> -> tensor<64x256xf32>
    %5 = graph.map mul %1, %0 : (tensor<64x256xf32>, tensor<64x256xf32>) -> tensor<64x256xf32>
    %6 = graph.map mul %2, %0 : (tensor<64x256xf32>, tensor<64x256xf32>) -> tensor<64x256xf32>
    %7 = graph.map mul %3, %0 : (tensor<64x256xf32>, tensor<64x256xf32>) -> tensor<64x256xf32>
    %8 = graph.map mul %4, %0 : (tensor<64x256xf32>, tensor<64x256xf32>) -> tensor<64x256xf32>
    return %5, %6, %7, %8 : tensor<64x256xf32>, tensor<64x256xf32>, tensor<64x256xf32>, tensor<64x256xf32>
  }
  func.func @"split_scale/2048x1024"(%arg0: tensor<2048x1024xf32>) -> (tensor<2048x256xf32>, tensor<2048x256xf32>, tensor<2048x256xf32>, tensor<2048x256xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<2.000000e+00> : tensor<2048x256xf32>
    %1 = graph.slice %arg0 starts <0, 0> strides [1, 1] : tensor<2048x1024xf32> -> tensor<2048x256xf32>
    %2 = graph.slice %arg0 starts <0, 256> strides [1, 1] : tensor<2048x1024xf32> -> tensor<2048x256xf32>
    %3 = graph.slice %arg0 starts <0, 512> strides [1, 1] : tensor<2048x1024xf32> -> tensor<2048x256xf32>
    %4 = graph.slice %arg0 starts <0, 768> strides [1, 1] : tensor<2048x1024xf32> -> tensor<2048x256xf32>
    %5 = graph.map mul %1, %0 : (tensor<2048x256xf32>, tensor<2048x256xf32>) -> tensor<2048x256xf32>
    %6 = graph.map mul %2, %0 : (tensor<2048x256xf32>, tensor<2048x256xf32>) -> tensor<2048x256xf32>
    %7 = graph.map mul %3, %0 : (tensor<2048x256xf32>, tensor<2048x256xf32>) -> tensor<2048x256xf32>
    %8 = graph.map mul %4, %0 : (tensor<2048x256xf32>, tensor<2048x256xf32>) -> tensor<2048x256xf32>
    return %5, %6, %7, %8 : tensor<2048x256xf32>, tensor<2048x256xf32>, tensor<2048x256xf32>, tensor<2048x256xf32>
  }
  func.func @"split_scale/16384x1024"(%arg0: tensor<16384x1024xf32>) -> (tensor<16384x256xf32>, tensor<16384x256xf32>, tensor<16384x256xf32>, tensor<16384x256xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<2.000000e+00> : tensor<16384x256xf32>
    %1 = graph.slice %arg0 starts <0, 0> strides [1, 1] : tensor<16384x1024xf32> -> tensor<16384x256xf32>
    %2 = graph.slice %arg0 starts <0, 256> strides [1, 1] : tensor<16384x1024xf32> -> tensor<16384x256xf32>
    %3 = graph.slice %arg0 starts <0, 512> strides [1, 1] : tensor<16384x1024xf32> -> tensor<16384x256xf32>
    %4 = graph.slice %arg0 starts <0, 768> strides [1, 1] : tensor<16384x1024xf32> -> tensor<16384x256xf32>
    %5 = graph.map mul %1, %0 : (tensor<16384x256xf32>, tensor<16384x256xf32>) -> tensor<16384x256xf32>
    %6 = graph.map mul %2, %0 : (tensor<16384x256xf32>, tensor<16384x256xf32>) -> tensor<16384x256xf32>
    %7 = graph.map mul %3, %0 : (tensor<16384x256xf32>, tensor<16384x256xf32>) -> tensor<16384x256xf32>
    %8 = graph.map mul %4, %0 : (tensor<16384x256xf32>, tensor<16384x256xf32>) -> tensor<16384x256xf32>
    return %5, %6, %7, %8 : tensor<16384x256xf32>, tensor<16384x256xf32>, tensor<16384x256xf32>, tensor<16384x256xf32>
  }
  func.func @"every_second/64x1024"(%arg0: tensor<64x1024xf32>) -> (tensor<64x512xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.slice %arg0 starts <0, 0> strides [1, 2] : tensor<64x1024xf32> -> tensor<64x512xf32>
    return %0 : tensor<64x512xf32>
  }
  func.func @"every_second/2048x1024"(%arg0: tensor<2048x1024xf32>) -> (tensor<2048x512xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.slice %arg0 starts <0, 0> strides [1, 2] : tensor<2048x1024xf32> -> tensor<2048x512xf32>
    return %0 : tensor<2048x512xf32>
  }
  func.func @"every_second/16384x1024"(%arg0: tensor<16384x1024xf32>) -> (tensor<16384x512xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.slice %arg0 starts <0, 0> strides [1, 2] : tensor<16384x1024xf32> -> tensor<16384x512xf32>
    return %0 : tensor<16384x512xf32>
  }
  func.func @"gather_rows/64x1024"(%arg0: tensor<64xi64>, %arg1: tensor<64x1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 63 : i64} {
    %0 = graph.gather %arg1, (%arg0) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<64x1024xf32>, tensor<64xi64>) -> tensor<64x1024xf32>
    return %0 : tensor<64x1024xf32>
  }
  func.func @"gather_rows/2048x1024"(%arg0: tensor<2048xi64>, %arg1: tensor<2048x1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 2047 : i64} {
    %0 = graph.gather %arg1, (%arg0) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<2048x1024xf32>, tensor<2048xi64>) -> tensor<2048x1024xf32>
    return %0 : tensor<2048x1024xf32>
  }
  func.func @"gather_rows/16384x1024"(%arg0: tensor<16384xi64>, %arg1: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 16383 : i64} {
    %0 = graph.gather %arg1, (%arg0) dims [0] source affine_map<(d0, d1) -> (0, d1)> index [affine_map<(d0, d1) -> (d0)>] : (tensor<16384x1024xf32>, tensor<16384xi64>) -> tensor<16384x1024xf32>
    return %0 : tensor<16384x1024xf32>
  }
  func.func @"resize_nearest/64x784"(%arg0: tensor<1x64x28x28xf32>) -> (tensor<1x64x56x56xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<[0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20, 21, 21, 22, 22, 23, 23, 24, 24, 25, 25, 26, 26, 27, 27]> : tensor<56xi64>
    %1 = graph.gather %arg0, (%0) dims [2] source affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)> index [affine_map<(d0, d1, d2, d3) -> (d2)>] : (tensor<1x64x28x28xf32>, tensor<56xi64>) -> tensor<1x64x56x28xf32>
    %2 = graph.gather %1, (%0) dims [3] source affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)> index [affine_map<(d0, d1, d2, d3) -> (d3)>] : (tensor<1x64x56x28xf32>, tensor<56xi64>) -> tensor<1x64x56x56xf32>
    return %2 : tensor<1x64x56x56xf32>
  }
  func.func @"resize_nearest/2048x3136"(%arg0: tensor<32x64x56x56xf32>) -> (tensor<32x64x112x112xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<"0x000000000000000000000000000000000100000000000000010000000000000002000000000000000200000000000000030000000000000003000000000000000400000000000000040000000000000005000000000000000500000000000000060000000000000006000000000000000700000000000000070000000000000008000000000000000800000000000000090000000000000009000000000000000A000000000000000A000000000000000B000000000000000B000000000000000C000000000000000C000000000000000D000000000000000D000000000000000E000000000000000E000000000000000F000000000000000F00000000000000100000000000000010000000000000001100000000000000110000000000000012000000000000001200000000000000130000000000000013000000000000001400000000000000140000000000000015000000000000001500000000000000160000000000000016000000000000001700000000000000170000000000000018000000000000001800000000000000190000000000000019000000000000001A000000000000001A000000000000001B000000000000001B000000000000001C000000000000001C000000000000001D000000000000001D000000000000001E000000000000001E000000000000001F000000000000001F00000000000000200000000000000020000000000000002100000000000000210000000000000022000000000000002200000000000000230000000000000023000000000000002400000000000000240000000000000025000000000000002500000000000000260000000000000026000000000000002700000000000000270000000000000028000000000000002800000000000000290000000000000029000000000000002A000000000000002A000000000000002B000000000000002B000000000000002C000000000000002C000000000000002D000000000000002D000000000000002E000000000000002E000000000000002F000000000000002F000000000000003000000000000000300000000000000031000000000000003100000000000000320000000000000032000000000000003300000000000000330000000000000034000000000000003400000000000000350000000000000035000000000000003600000000000000360000000000000037000000000000003700000000000000"> : tensor<112xi64>
    %1 = graph.gather %arg0, (%0) dims [2] source affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)> index [affine_map<(d0, d1, d2, d3) -> (d2)>] : (tensor<32x64x56x56xf32>, tensor<112xi64>) -> tensor<32x64x112x56xf32>
    %2 = graph.gather %1, (%0) dims [3] source affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)> index [affine_map<(d0, d1, d2, d3) -> (d3)>] : (tensor<32x64x112x56xf32>, tensor<112xi64>) -> tensor<32x64x112x112xf32>
    return %2 : tensor<32x64x112x112xf32>
  }
  func.func @"resize_nearest/16384x1024"(%arg0: tensor<256x64x32x32xf32>) -> (tensor<256x64x64x64xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<[0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20, 21, 21, 22, 22, 23, 23, 24, 24, 25, 25, 26, 26, 27, 27, 28, 28, 29, 29, 30, 30, 31, 31]> : tensor<64xi64>
    %1 = graph.gather %arg0, (%0) dims [2] source affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)> index [affine_map<(d0, d1, d2, d3) -> (d2)>] : (tensor<256x64x32x32xf32>, tensor<64xi64>) -> tensor<256x64x64x32xf32>
    %2 = graph.gather %1, (%0) dims [3] source affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)> index [affine_map<(d0, d1, d2, d3) -> (d3)>] : (tensor<256x64x64x32xf32>, tensor<64xi64>) -> tensor<256x64x64x64xf32>
    return %2 : tensor<256x64x64x64xf32>
  }
  func.func @"average_pool/64x784"(%arg0: tensor<1x64x28x28xf32>) -> (tensor<1x64x14x14xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<2.500000e-01> : tensor<1x64x14x14xf32>
    %1 = graph.window_reduce sum %arg0 window [1, 1, 2, 2] strides [1, 1, 2, 2] dilations [1, 1, 1, 1] low [0, 0, 0, 0] : tensor<1x64x28x28xf32> -> tensor<1x64x14x14xf32>
    %2 = graph.map mul %1, %0 : (tensor<1x64x14x14xf32>, tensor<1x64x14x14xf32>) -> tensor<1x64x14x14xf32>
    return %2 : tensor<1x64x14x14xf32>
  }
  func.func @"average_pool/2048x3136"(%arg0: tensor<32x64x56x56xf32>) -> (tensor<32x64x28x28xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<2.500000e-01> : tensor<32x64x28x28xf32>
    %1 = graph.window_reduce sum %arg0 window [1, 1, 2, 2] strides [1, 1, 2, 2] dilations [1, 1, 1, 1] low [0, 0, 0, 0] : tensor<32x64x56x56xf32> -> tensor<32x64x28x28xf32>
    %2 = graph.map mul %1, %0 : (tensor<32x64x28x28xf32>, tensor<32x64x28x28xf32>) -> tensor<32x64x28x28xf32>
    return %2 : tensor<32x64x28x28xf32>
  }
  func.func @"average_pool/16384x1024"(%arg0: tensor<256x64x32x32xf32>) -> (tensor<256x64x16x16xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<2.500000e-01> : tensor<256x64x16x16xf32>
    %1 = graph.window_reduce sum %arg0 window [1, 1, 2, 2] strides [1, 1, 2, 2] dilations [1, 1, 1, 1] low [0, 0, 0, 0] : tensor<256x64x32x32xf32> -> tensor<256x64x16x16xf32>
    %2 = graph.map mul %1, %0 : (tensor<256x64x16x16xf32>, tensor<256x64x16x16xf32>) -> tensor<256x64x16x16xf32>
    return %2 : tensor<256x64x16x16xf32>
  }
  func.func @"max_pool/64x784"(%arg0: tensor<1x64x28x28xf32>) -> (tensor<1x64x14x14xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.window_reduce max %arg0 window [1, 1, 3, 3] strides [1, 1, 2, 2] dilations [1, 1, 1, 1] low [0, 0, 1, 1] : tensor<1x64x28x28xf32> -> tensor<1x64x14x14xf32>
    return %0 : tensor<1x64x14x14xf32>
  }
  func.func @"max_pool/2048x3136"(%arg0: tensor<32x64x56x56xf32>) -> (tensor<32x64x28x28xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.window_reduce max %arg0 window [1, 1, 3, 3] strides [1, 1, 2, 2] dilations [1, 1, 1, 1] low [0, 0, 1, 1] : tensor<32x64x56x56xf32> -> tensor<32x64x28x28xf32>
    return %0 : tensor<32x64x28x28xf32>
  }
  func.func @"max_pool/16384x1024"(%arg0: tensor<256x64x32x32xf32>) -> (tensor<256x64x16x16xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.window_reduce max %arg0 window [1, 1, 3, 3] strides [1, 1, 2, 2] dilations [1, 1, 1, 1] low [0, 0, 1, 1] : tensor<256x64x32x32xf32> -> tensor<256x64x16x16xf32>
    return %0 : tensor<256x64x16x16xf32>
  }
  func.func @"global_pool/64x784"(%arg0: tensor<1x64x28x28xf32>) -> (tensor<1x64x1x1xf32>) attributes {math = {}, reductions = 64.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<7.840000e+02> : tensor<1x64xf32>
    %1 = graph.reduce sum %arg0 dims [2, 3] : tensor<1x64x28x28xf32> -> tensor<1x64xf32>
    %2 = graph.map div %1, %0 : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
    %3 = graph.reshape %2 : tensor<1x64xf32> -> tensor<1x64x1x1xf32>
    return %3 : tensor<1x64x1x1xf32>
  }
  func.func @"global_pool/2048x3136"(%arg0: tensor<32x64x56x56xf32>) -> (tensor<32x64x1x1xf32>) attributes {math = {}, reductions = 2048.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<3.136000e+03> : tensor<32x64xf32>
    %1 = graph.reduce sum %arg0 dims [2, 3] : tensor<32x64x56x56xf32> -> tensor<32x64xf32>
    %2 = graph.map div %1, %0 : (tensor<32x64xf32>, tensor<32x64xf32>) -> tensor<32x64xf32>
    %3 = graph.reshape %2 : tensor<32x64xf32> -> tensor<32x64x1x1xf32>
    return %3 : tensor<32x64x1x1xf32>
  }
  func.func @"global_pool/16384x1024"(%arg0: tensor<256x64x32x32xf32>) -> (tensor<256x64x1x1xf32>) attributes {math = {}, reductions = 16384.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<9.765625E-4> : tensor<256x64xf32>
    %1 = graph.reduce sum %arg0 dims [2, 3] : tensor<256x64x32x32xf32> -> tensor<256x64xf32>
    %2 = graph.map mul %1, %0 : (tensor<256x64xf32>, tensor<256x64xf32>) -> tensor<256x64xf32>
    %3 = graph.reshape %2 : tensor<256x64xf32> -> tensor<256x64x1x1xf32>
    return %3 : tensor<256x64x1x1xf32>
  }
  func.func @"cross_entropy/128x1000"(%arg0: tensor<128xi64>, %arg1: tensor<128x1000xf32>) -> (tensor<128xf32>) attributes {math = {exp = 128000.0}, reductions = 256.0, low = -1.0, highest = 992 : i64} {
    %0 = graph.reduce max %arg1 dims [1] : tensor<128x1000xf32> -> tensor<128xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<128xf32> -> tensor<128x1000xf32>
    %2 = graph.map sub %arg1, %1 : (tensor<128x1000xf32>, tensor<128x1000xf32>) -> tensor<128x1000xf32>
    %3 = graph.map exp %2 : (tensor<128x1000xf32>) -> tensor<128x1000xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<128x1000xf32> -> tensor<128xf32>
    %5 = graph.map log %4 : (tensor<128xf32>) -> tensor<128xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<128xf32> -> tensor<128x1000xf32>
    %7 = graph.map sub %2, %6 : (tensor<128x1000xf32>, tensor<128x1000xf32>) -> tensor<128x1000xf32>
    %8 = graph.gather %7, (%arg0) dims [1] source affine_map<(d0) -> (d0, 0)> index [affine_map<(d0) -> (d0)>] : (tensor<128x1000xf32>, tensor<128xi64>) -> tensor<128xf32>
    %9 = graph.map neg %8 : (tensor<128xf32>) -> tensor<128xf32>
    return %9 : tensor<128xf32>
  }
  func.func @"cross_entropy/4096x1000"(%arg0: tensor<4096xi64>, %arg1: tensor<4096x1000xf32>) -> (tensor<4096xf32>) attributes {math = {exp = 4096000.0}, reductions = 8192.0, low = -1.0, highest = 999 : i64} {
    %0 = graph.reduce max %arg1 dims [1] : tensor<4096x1000xf32> -> tensor<4096xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<4096xf32> -> tensor<4096x1000xf32>
    %2 = graph.map sub %arg1, %1 : (tensor<4096x1000xf32>, tensor<4096x1000xf32>) -> tensor<4096x1000xf32>
    %3 = graph.map exp %2 : (tensor<4096x1000xf32>) -> tensor<4096x1000xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<4096x1000xf32> -> tensor<4096xf32>
    %5 = graph.map log %4 : (tensor<4096xf32>) -> tensor<4096xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<4096xf32> -> tensor<4096x1000xf32>
    %7 = graph.map sub %2, %6 : (tensor<4096x1000xf32>, tensor<4096x1000xf32>) -> tensor<4096x1000xf32>
    %8 = graph.gather %7, (%arg0) dims [1] source affine_map<(d0) -> (d0, 0)> index [affine_map<(d0) -> (d0)>] : (tensor<4096x1000xf32>, tensor<4096xi64>) -> tensor<4096xf32>
    %9 = graph.map neg %8 : (tensor<4096xf32>) -> tensor<4096xf32>
    return %9 : tensor<4096xf32>
  }
  func.func @"cross_entropy/32768x1000"(%arg0: tensor<32768xi64>, %arg1: tensor<32768x1000xf32>) -> (tensor<32768xf32>) attributes {math = {exp = 32768000.0}, reductions = 65536.0, low = -1.0, highest = 999 : i64} {
    %0 = graph.reduce max %arg1 dims [1] : tensor<32768x1000xf32> -> tensor<32768xf32>
    %1 = graph.broadcast %0 dims [0] : tensor<32768xf32> -> tensor<32768x1000xf32>
    %2 = graph.map sub %arg1, %1 : (tensor<32768x1000xf32>, tensor<32768x1000xf32>) -> tensor<32768x1000xf32>
    %3 = graph.map exp %2 : (tensor<32768x1000xf32>) -> tensor<32768x1000xf32>
    %4 = graph.reduce sum %3 dims [1] : tensor<32768x1000xf32> -> tensor<32768xf32>
    %5 = graph.map log %4 : (tensor<32768xf32>) -> tensor<32768xf32>
    %6 = graph.broadcast %5 dims [0] : tensor<32768xf32> -> tensor<32768x1000xf32>
    %7 = graph.map sub %2, %6 : (tensor<32768x1000xf32>, tensor<32768x1000xf32>) -> tensor<32768x1000xf32>
    %8 = graph.gather %7, (%arg0) dims [1] source affine_map<(d0) -> (d0, 0)> index [affine_map<(d0) -> (d0)>] : (tensor<32768x1000xf32>, tensor<32768xi64>) -> tensor<32768xf32>
    %9 = graph.map neg %8 : (tensor<32768xf32>) -> tensor<32768xf32>
    return %9 : tensor<32768xf32>
  }
  func.func @"cast_half/64x1024"(%arg0: tensor<64x1024xf32>) -> (tensor<64x1024xf16>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.cast %arg0 : tensor<64x1024xf32> to tensor<64x1024xf16>
    return %0 : tensor<64x1024xf16>
  }
  func.func @"cast_half/2048x1024"(%arg0: tensor<2048x1024xf32>) -> (tensor<2048x1024xf16>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.cast %arg0 : tensor<2048x1024xf32> to tensor<2048x1024xf16>
    return %0 : tensor<2048x1024xf16>
  }
  func.func @"cast_half/16384x1024"(%arg0: tensor<16384x1024xf32>) -> (tensor<16384x1024xf16>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.cast %arg0 : tensor<16384x1024xf32> to tensor<16384x1024xf16>
    return %0 : tensor<16384x1024xf16>
  }
  func.func @"cast_from_half/64x1024"(%arg0: tensor<64x1024xf16>) -> (tensor<64x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.cast %arg0 : tensor<64x1024xf16> to tensor<64x1024xf32>
    return %0 : tensor<64x1024xf32>
  }
  func.func @"cast_from_half/2048x1024"(%arg0: tensor<2048x1024xf16>) -> (tensor<2048x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.cast %arg0 : tensor<2048x1024xf16> to tensor<2048x1024xf32>
    return %0 : tensor<2048x1024xf32>
  }
  func.func @"cast_from_half/16384x1024"(%arg0: tensor<16384x1024xf16>) -> (tensor<16384x1024xf32>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.cast %arg0 : tensor<16384x1024xf16> to tensor<16384x1024xf32>
    return %0 : tensor<16384x1024xf32>
  }
  func.func @"cast_byte/64x1024"(%arg0: tensor<64x1024xf32>) -> (tensor<64x1024xi8>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.cast %arg0 : tensor<64x1024xf32> to tensor<64x1024xi8>
    return %0 : tensor<64x1024xi8>
  }
  func.func @"cast_byte/2048x1024"(%arg0: tensor<2048x1024xf32>) -> (tensor<2048x1024xi8>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.cast %arg0 : tensor<2048x1024xf32> to tensor<2048x1024xi8>
    return %0 : tensor<2048x1024xi8>
  }
  func.func @"cast_byte/16384x1024"(%arg0: tensor<16384x1024xf32>) -> (tensor<16384x1024xi8>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.cast %arg0 : tensor<16384x1024xf32> to tensor<16384x1024xi8>
    return %0 : tensor<16384x1024xi8>
  }
  func.func @"quantize/64x1024"(%arg0: tensor<64x1024xf32>) -> (tensor<64x1024xui8>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<2.550000e+02> : tensor<64x1024xf32>
    %1 = graph.constant dense<0.000000e+00> : tensor<64x1024xf32>
    %2 = graph.constant dense<3.000000e+00> : tensor<64x1024xf32>
    %3 = graph.constant dense<5.000000e-02> : tensor<64x1024xf32>
    %4 = graph.map div %arg0, %3 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %5 = graph.map round_even %4 : (tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %6 = graph.map add %5, %2 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %7 = graph.map max %6, %1 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %8 = graph.map min %7, %0 : (tensor<64x1024xf32>, tensor<64x1024xf32>) -> tensor<64x1024xf32>
    %9 = graph.cast %8 mode saturate : tensor<64x1024xf32> to tensor<64x1024xui8>
    return %9 : tensor<64x1024xui8>
  }
  func.func @"quantize/2048x1024"(%arg0: tensor<2048x1024xf32>) -> (tensor<2048x1024xui8>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<2.550000e+02> : tensor<2048x1024xf32>
    %1 = graph.constant dense<0.000000e+00> : tensor<2048x1024xf32>
    %2 = graph.constant dense<3.000000e+00> : tensor<2048x1024xf32>
    %3 = graph.constant dense<5.000000e-02> : tensor<2048x1024xf32>
    %4 = graph.map div %arg0, %3 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %5 = graph.map round_even %4 : (tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %6 = graph.map add %5, %2 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %7 = graph.map max %6, %1 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %8 = graph.map min %7, %0 : (tensor<2048x1024xf32>, tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    %9 = graph.cast %8 mode saturate : tensor<2048x1024xf32> to tensor<2048x1024xui8>
    return %9 : tensor<2048x1024xui8>
  }
  func.func @"quantize/16384x1024"(%arg0: tensor<16384x1024xf32>) -> (tensor<16384x1024xui8>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.constant dense<2.550000e+02> : tensor<16384x1024xf32>
    %1 = graph.constant dense<0.000000e+00> : tensor<16384x1024xf32>
    %2 = graph.constant dense<3.000000e+00> : tensor<16384x1024xf32>
    %3 = graph.constant dense<5.000000e-02> : tensor<16384x1024xf32>
    %4 = graph.map div %arg0, %3 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %5 = graph.map round_even %4 : (tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %6 = graph.map add %5, %2 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %7 = graph.map max %6, %1 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %8 = graph.map min %7, %0 : (tensor<16384x1024xf32>, tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    %9 = graph.cast %8 mode saturate : tensor<16384x1024xf32> to tensor<16384x1024xui8>
    return %9 : tensor<16384x1024xui8>
  }
  func.func @"double_multiply_add/64x1024"(%arg0: tensor<64x1024xf64>, %arg1: tensor<64x1024xf64>) -> (tensor<64x1024xf64>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map mul %arg0, %arg1 : (tensor<64x1024xf64>, tensor<64x1024xf64>) -> tensor<64x1024xf64>
    %1 = graph.map add %0, %arg0 : (tensor<64x1024xf64>, tensor<64x1024xf64>) -> tensor<64x1024xf64>
    return %1 : tensor<64x1024xf64>
  }
  func.func @"double_multiply_add/2048x1024"(%arg0: tensor<2048x1024xf64>, %arg1: tensor<2048x1024xf64>) -> (tensor<2048x1024xf64>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map mul %arg0, %arg1 : (tensor<2048x1024xf64>, tensor<2048x1024xf64>) -> tensor<2048x1024xf64>
    %1 = graph.map add %0, %arg0 : (tensor<2048x1024xf64>, tensor<2048x1024xf64>) -> tensor<2048x1024xf64>
    return %1 : tensor<2048x1024xf64>
  }
  func.func @"double_multiply_add/16384x1024"(%arg0: tensor<16384x1024xf64>, %arg1: tensor<16384x1024xf64>) -> (tensor<16384x1024xf64>) attributes {math = {}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map mul %arg0, %arg1 : (tensor<16384x1024xf64>, tensor<16384x1024xf64>) -> tensor<16384x1024xf64>
    %1 = graph.map add %0, %arg0 : (tensor<16384x1024xf64>, tensor<16384x1024xf64>) -> tensor<16384x1024xf64>
    return %1 : tensor<16384x1024xf64>
  }
  func.func @"exponential/64x1024"(%arg0: tensor<64x1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {exp = 65536.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map exp %arg0 : (tensor<64x1024xf32>) -> tensor<64x1024xf32>
    return %0 : tensor<64x1024xf32>
  }
  func.func @"exponential/2048x1024"(%arg0: tensor<2048x1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {exp = 2097152.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map exp %arg0 : (tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    return %0 : tensor<2048x1024xf32>
  }
  func.func @"exponential/16384x1024"(%arg0: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {exp = 16777216.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map exp %arg0 : (tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %0 : tensor<16384x1024xf32>
  }
  func.func @"sigmoid/64x1024"(%arg0: tensor<64x1024xf32>) -> (tensor<64x1024xf32>) attributes {math = {sigmoid = 65536.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map sigmoid %arg0 : (tensor<64x1024xf32>) -> tensor<64x1024xf32>
    return %0 : tensor<64x1024xf32>
  }
  func.func @"sigmoid/2048x1024"(%arg0: tensor<2048x1024xf32>) -> (tensor<2048x1024xf32>) attributes {math = {sigmoid = 2097152.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map sigmoid %arg0 : (tensor<2048x1024xf32>) -> tensor<2048x1024xf32>
    return %0 : tensor<2048x1024xf32>
  }
  func.func @"sigmoid/16384x1024"(%arg0: tensor<16384x1024xf32>) -> (tensor<16384x1024xf32>) attributes {math = {sigmoid = 16777216.0}, reductions = 0.0, low = -1.0, highest = 1 : i64} {
    %0 = graph.map sigmoid %arg0 : (tensor<16384x1024xf32>) -> tensor<16384x1024xf32>
    return %0 : tensor<16384x1024xf32>
  }
}
