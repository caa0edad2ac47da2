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
}

} // namespace delos::bench
