// Convolution layers of the public networks, batch 1.
#include "benchmark/kernels/KernelCase.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace delos::bench {

namespace {

/// A layer as the networks' tables give it: square image and window, padding that keeps size / stride.
struct Layer {
  const char *name;
  int64_t size, inChannels, outChannels, window, stride, groups;
};

std::string pair(int64_t value) { return absl::StrCat("[", value, ", ", value, "]"); }

} // namespace

/// NCHW outside, as ONNX has it; with bias and ReLU in the same kernel where asked.
static KernelCase convolution(const Layer &layer, bool hasEpilogue) {
  int64_t low = (layer.window - 1) / 2, outSize = (layer.size + 2 * low - layer.window) / layer.stride + 1;
  std::string x = tensorType({1, layer.inChannels, layer.size, layer.size});
  std::string f =
      tensorType({layer.outChannels, layer.inChannels / layer.groups, layer.window, layer.window});
  std::string y = tensorType({1, layer.outChannels, outSize, outSize}), b = tensorType({layer.outChannels});
  KernelCase kernel;
  kernel.name = absl::StrCat("conv/", layer.name, hasEpilogue ? "/bias-relu" : "/bare");
  kernel.text = absl::StrCat(
      "func.func @f(%x: ", x, ", %f: ", f, ", %b: ", b, ") -> ", y, " {\n %0 = graph.conv %x, %f strides ",
      pair(layer.stride), " dilations [1, 1] low ", pair(low), " high ", pair(low),
      layer.groups > 1 ? absl::StrCat(" groups ", layer.groups) : "", " : (", x, ", ", f, ") -> ", y, "\n");
  if (hasEpilogue)
    absl::StrAppend(&kernel.text, " %1 = graph.broadcast %b dims [1] : ", b, " -> ", y,
                    "\n %2 = graph.map add %0, %1 : (", y, ", ", y, ") -> ", y,
                    "\n %c = graph.constant dense<0.0> : ", y, "\n %3 = graph.map max %2, %c : (", y, ", ", y,
                    ") -> ", y, "\n return %3 : ", y, "\n}");
  else
    absl::StrAppend(&kernel.text, " return %0 : ", y, "\n}");
  kernel.constants = {1, 2};
  double outElements = static_cast<double>(layer.outChannels * outSize * outSize);
  int64_t taps = layer.window * layer.window * layer.inChannels / layer.groups;
  kernel.work.flops = 2.0 * outElements * taps;
  kernel.work.bytesRead = 4.0 * (layer.inChannels * layer.size * layer.size + layer.outChannels * taps);
  kernel.work.bytesWritten = 4.0 * outElements;
  kernel.bound = layer.groups == 1 ? Bound::Arithmetic : Bound::Composite;
  kernel.peer.convolution = ConvolutionProblem{1,
                                               layer.inChannels,
                                               layer.outChannels,
                                               layer.groups,
                                               {layer.size, layer.size},
                                               {outSize, outSize},
                                               {layer.window, layer.window},
                                               {layer.stride, layer.stride},
                                               {1, 1},
                                               {low, low},
                                               {low, low}};
  return kernel;
}

/// A layer as it stands inside a network, channels last: alone, or with bias, residual and ReLU in its
/// kernel.
static KernelCase innerConvolution(const Layer &layer, bool hasEpilogue) {
  int64_t low = (layer.window - 1) / 2, outSize = (layer.size + 2 * low - layer.window) / layer.stride + 1;
  std::string x = tensorType({1, layer.size, layer.size, layer.inChannels});
  std::string f =
      tensorType({layer.outChannels, layer.inChannels / layer.groups, layer.window, layer.window});
  std::string y = tensorType({1, outSize, outSize, layer.outChannels}), b = tensorType({layer.outChannels});
  std::string both = absl::StrCat(" : (", y, ", ", y, ") -> ", y, "\n");
  KernelCase kernel = convolution(layer, hasEpilogue);
  kernel.name = absl::StrCat("conv/inner/", layer.name, hasEpilogue ? "/bias-residual-relu" : "/bare");
  kernel.text = absl::StrCat("func.func @f(%x: ", x, ", %f: ", f, ", %b: ", b, ", %r: ", y, ") -> ", y,
                             " {\n %0 = graph.conv %x, %f strides ", pair(layer.stride),
                             " dilations [1, 1] low ", pair(low), " high ", pair(low),
                             layer.groups > 1 ? absl::StrCat(" groups ", layer.groups) : "",
                             " channels_last : (", x, ", ", f, ") -> ", y, "\n");
  if (!hasEpilogue)
    absl::StrAppend(&kernel.text, " return %0 : ", y, "\n}");
  else
    absl::StrAppend(&kernel.text, " %1 = graph.broadcast %b dims [3] : ", b, " -> ", y,
                    "\n %2 = graph.map add %0, %1", both, " %3 = graph.map add %2, %r", both,
                    " %c = graph.constant dense<0.0> : ", y, "\n %4 = graph.map max %3, %c", both,
                    " return %4 : ", y, "\n}");
  if (hasEpilogue)
    kernel.work.bytesRead += kernel.work.bytesWritten;
  return kernel;
}

/// The distinct layers of ResNet-50, MobileNet-V2, U-Net and EfficientNet-B0.
constexpr Layer innerLayers[] = {
    {"conv7x7s2_224x224_3_64", 224, 3, 64, 7, 2, 1},
    {"conv1x1_56x56_64_64", 56, 64, 64, 1, 1, 1},
    {"conv3x3_56x56_64_64", 56, 64, 64, 3, 1, 1},
    {"conv1x1_56x56_64_256", 56, 64, 256, 1, 1, 1},
    {"conv1x1_56x56_256_64", 56, 256, 64, 1, 1, 1},
    {"conv1x1_56x56_256_128", 56, 256, 128, 1, 1, 1},
    {"conv3x3s2_56x56_128_128", 56, 128, 128, 3, 2, 1},
    {"conv1x1_28x28_128_512", 28, 128, 512, 1, 1, 1},
    {"conv1x1s2_56x56_256_512", 56, 256, 512, 1, 2, 1},
    {"conv1x1_28x28_512_128", 28, 512, 128, 1, 1, 1},
    {"conv3x3_28x28_128_128", 28, 128, 128, 3, 1, 1},
    {"conv1x1_28x28_512_256", 28, 512, 256, 1, 1, 1},
    {"conv3x3s2_28x28_256_256", 28, 256, 256, 3, 2, 1},
    {"conv1x1_14x14_256_1024", 14, 256, 1024, 1, 1, 1},
    {"conv1x1s2_28x28_512_1024", 28, 512, 1024, 1, 2, 1},
    {"conv1x1_14x14_1024_256", 14, 1024, 256, 1, 1, 1},
    {"conv3x3_14x14_256_256", 14, 256, 256, 3, 1, 1},
    {"conv1x1_14x14_1024_512", 14, 1024, 512, 1, 1, 1},
    {"conv3x3s2_14x14_512_512", 14, 512, 512, 3, 2, 1},
    {"conv1x1_7x7_512_2048", 7, 512, 2048, 1, 1, 1},
    {"conv1x1s2_14x14_1024_2048", 14, 1024, 2048, 1, 2, 1},
    {"conv1x1_7x7_2048_512", 7, 2048, 512, 1, 1, 1},
    {"conv3x3_7x7_512_512", 7, 512, 512, 3, 1, 1},
    {"conv3x3s2_224x224_3_32", 224, 3, 32, 3, 2, 1},
    {"dw3x3_112x112_32", 112, 32, 32, 3, 1, 32},
    {"conv1x1_112x112_32_16", 112, 32, 16, 1, 1, 1},
    {"conv1x1_112x112_16_96", 112, 16, 96, 1, 1, 1},
    {"dw3x3s2_112x112_96", 112, 96, 96, 3, 2, 96},
    {"conv1x1_56x56_96_24", 56, 96, 24, 1, 1, 1},
    {"conv1x1_56x56_24_144", 56, 24, 144, 1, 1, 1},
    {"dw3x3_56x56_144", 56, 144, 144, 3, 1, 144},
    {"conv1x1_56x56_144_24", 56, 144, 24, 1, 1, 1},
    {"dw3x3s2_56x56_144", 56, 144, 144, 3, 2, 144},
    {"conv1x1_28x28_144_32", 28, 144, 32, 1, 1, 1},
    {"conv1x1_28x28_32_192", 28, 32, 192, 1, 1, 1},
    {"dw3x3_28x28_192", 28, 192, 192, 3, 1, 192},
    {"conv1x1_28x28_192_32", 28, 192, 32, 1, 1, 1},
    {"dw3x3s2_28x28_192", 28, 192, 192, 3, 2, 192},
    {"conv1x1_14x14_192_64", 14, 192, 64, 1, 1, 1},
    {"conv1x1_14x14_64_384", 14, 64, 384, 1, 1, 1},
    {"dw3x3_14x14_384", 14, 384, 384, 3, 1, 384},
    {"conv1x1_14x14_384_64", 14, 384, 64, 1, 1, 1},
    {"conv1x1_14x14_384_96", 14, 384, 96, 1, 1, 1},
    {"conv1x1_14x14_96_576", 14, 96, 576, 1, 1, 1},
    {"dw3x3_14x14_576", 14, 576, 576, 3, 1, 576},
    {"conv1x1_14x14_576_96", 14, 576, 96, 1, 1, 1},
    {"dw3x3s2_14x14_576", 14, 576, 576, 3, 2, 576},
    {"conv1x1_7x7_576_160", 7, 576, 160, 1, 1, 1},
    {"conv1x1_7x7_160_960", 7, 160, 960, 1, 1, 1},
    {"dw3x3_7x7_960", 7, 960, 960, 3, 1, 960},
    {"conv1x1_7x7_960_160", 7, 960, 160, 1, 1, 1},
    {"conv1x1_7x7_960_320", 7, 960, 320, 1, 1, 1},
    {"conv1x1_7x7_320_1280", 7, 320, 1280, 1, 1, 1},
    {"conv3x3_128x128_3_32", 128, 3, 32, 3, 1, 1},
    {"conv3x3_128x128_32_32", 128, 32, 32, 3, 1, 1},
    {"conv3x3_64x64_32_64", 64, 32, 64, 3, 1, 1},
    {"conv3x3_64x64_64_64", 64, 64, 64, 3, 1, 1},
    {"conv3x3_32x32_64_128", 32, 64, 128, 3, 1, 1},
    {"conv3x3_32x32_128_128", 32, 128, 128, 3, 1, 1},
    {"conv3x3_64x64_128_64", 64, 128, 64, 3, 1, 1},
    {"conv3x3_128x128_64_32", 128, 64, 32, 3, 1, 1},
    {"conv1x1_128x128_32_1", 128, 32, 1, 1, 1, 1},
    {"dw5x5s2_56x56_144", 56, 144, 144, 5, 2, 144},
    {"conv1x1_28x28_144_40", 28, 144, 40, 1, 1, 1},
    {"conv1x1_28x28_40_240", 28, 40, 240, 1, 1, 1},
    {"dw5x5_28x28_240", 28, 240, 240, 5, 1, 240},
    {"conv1x1_28x28_240_40", 28, 240, 40, 1, 1, 1},
    {"dw3x3s2_28x28_240", 28, 240, 240, 3, 2, 240},
    {"conv1x1_14x14_240_80", 14, 240, 80, 1, 1, 1},
    {"conv1x1_14x14_80_480", 14, 80, 480, 1, 1, 1},
    {"dw3x3_14x14_480", 14, 480, 480, 3, 1, 480},
    {"conv1x1_14x14_480_80", 14, 480, 80, 1, 1, 1},
    {"dw5x5_14x14_480", 14, 480, 480, 5, 1, 480},
    {"conv1x1_14x14_480_112", 14, 480, 112, 1, 1, 1},
    {"conv1x1_14x14_112_672", 14, 112, 672, 1, 1, 1},
    {"dw5x5_14x14_672", 14, 672, 672, 5, 1, 672},
    {"conv1x1_14x14_672_112", 14, 672, 112, 1, 1, 1},
    {"dw5x5s2_14x14_672", 14, 672, 672, 5, 2, 672},
    {"conv1x1_7x7_672_192", 7, 672, 192, 1, 1, 1},
    {"conv1x1_7x7_192_1152", 7, 192, 1152, 1, 1, 1},
    {"dw5x5_7x7_1152", 7, 1152, 1152, 5, 1, 1152},
    {"conv1x1_7x7_1152_192", 7, 1152, 192, 1, 1, 1},
    {"dw3x3_7x7_1152", 7, 1152, 1152, 3, 1, 1152},
    {"conv1x1_7x7_1152_320", 7, 1152, 320, 1, 1, 1},
};

void addConvolutions(KernelCases &cases) {
  constexpr Layer layers[] = {
      {"resnet50-stem-7x7s2-3-64-224", 224, 3, 64, 7, 2, 1},
      {"resnet50-1x1-64-256-56", 56, 64, 256, 1, 1, 1},
      {"resnet50-3x3-64-64-56", 56, 64, 64, 3, 1, 1},
      {"mobilenet-depthwise-3x3-96-112", 112, 96, 96, 3, 1, 96},
  };
  for (const Layer &layer : layers)
    for (bool hasEpilogue : {false, true})
      cases.push_back(convolution(layer, hasEpilogue));
  for (const Layer &layer : innerLayers)
    for (bool hasEpilogue : {false, true})
      cases.push_back(innerConvolution(layer, hasEpilogue));
}

} // namespace delos::bench
