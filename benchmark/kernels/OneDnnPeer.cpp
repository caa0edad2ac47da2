// Primitives of oneDNN 2.x.
#include "benchmark/kernels/OneDnnPeer.h"

#ifndef DELOS_HAVE_ONEDNN

namespace delos::bench {
std::unique_ptr<OneDnnPeer> OneDnnPeer::create(const PeerProblem &, int) { return nullptr; }
std::string OneDnnPeer::version() { return ""; }
} // namespace delos::bench

#else

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

namespace delos::bench {

namespace {

using dnnl::memory;

/// The library's threads are OpenMP's, of whichever OpenMP it is linked with.
void useThreads(int threads) {
  if (auto *set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads")))
    set(threads);
}

class Primitive : public OneDnnPeer {
public:
  Primitive() : engine(dnnl::engine::kind::cpu, 0), stream(engine) {}
  void run() override {
    primitive.execute(stream, arguments);
    stream.wait();
  }

  memory make(const memory::desc &desc) {
    memory made(desc, engine);
    std::fill_n(static_cast<float *>(made.get_data_handle()), desc.get_size() / sizeof(float), 0.5f);
    return made;
  }

  dnnl::engine engine;
  dnnl::stream stream;
  dnnl::primitive primitive;
  std::unordered_map<int, memory> arguments;
};

memory::desc describe(const memory::dims &dims, memory::format_tag tag) {
  return {dims, memory::data_type::f32, tag};
}

std::unique_ptr<Primitive> makeMatmul(const MatmulProblem &problem) {
  auto peer = std::make_unique<Primitive>();
  using Tag = memory::format_tag;
  dnnl::matmul::primitive_desc description(dnnl::matmul::desc(describe({problem.m, problem.k}, Tag::ab),
                                                              describe({problem.k, problem.n}, Tag::any),
                                                              describe({problem.m, problem.n}, Tag::ab)),
                                           peer->engine);
  peer->primitive = dnnl::matmul(description);
  peer->arguments = {{DNNL_ARG_SRC, peer->make(description.src_desc())},
                     {DNNL_ARG_WEIGHTS, peer->make(description.weights_desc())},
                     {DNNL_ARG_DST, peer->make(description.dst_desc())}};
  return peer;
}

std::unique_ptr<Primitive> makeConvolution(const ConvolutionProblem &p) {
  auto peer = std::make_unique<Primitive>();
  using Tag = memory::format_tag;
  memory::dims weights = {p.outChannels, p.inChannels / p.groups, p.window[0], p.window[1]};
  if (p.groups > 1)
    weights = {p.groups, p.outChannels / p.groups, p.inChannels / p.groups, p.window[0], p.window[1]};
  auto pair = [](const std::array<int64_t, 2> &values) { return memory::dims(values.begin(), values.end()); };
  dnnl::convolution_forward::desc problem(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
      describe({p.batch, p.inChannels, p.in[0], p.in[1]}, Tag::any), describe(weights, Tag::any),
      describe({p.batch, p.outChannels, p.out[0], p.out[1]}, Tag::any), pair(p.strides),
      {p.dilations[0] - 1, p.dilations[1] - 1}, pair(p.low), pair(p.high));
  dnnl::convolution_forward::primitive_desc description(problem, peer->engine);
  peer->primitive = dnnl::convolution_forward(description);
  peer->arguments = {{DNNL_ARG_SRC, peer->make(description.src_desc())},
                     {DNNL_ARG_WEIGHTS, peer->make(description.weights_desc())},
                     {DNNL_ARG_DST, peer->make(description.dst_desc())}};
  return peer;
}

std::unique_ptr<Primitive> makeSoftmax(const SoftmaxProblem &problem) {
  auto peer = std::make_unique<Primitive>();
  memory::desc data = describe({problem.rows, problem.columns}, memory::format_tag::ab);
  dnnl::softmax_forward::primitive_desc description(
      dnnl::softmax_forward::desc(dnnl::prop_kind::forward_inference, data, 1), peer->engine);
  peer->primitive = dnnl::softmax_forward(description);
  peer->arguments = {{DNNL_ARG_SRC, peer->make(data)}, {DNNL_ARG_DST, peer->make(data)}};
  return peer;
}

std::unique_ptr<Primitive> makeLayerNorm(const LayerNormProblem &problem) {
  auto peer = std::make_unique<Primitive>();
  memory::desc data = describe({problem.rows, problem.columns}, memory::format_tag::ab);
  auto flags = dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
  dnnl::layer_normalization_forward::primitive_desc description(
      dnnl::layer_normalization_forward::desc(dnnl::prop_kind::forward_inference, data, 1e-5f, flags),
      peer->engine);
  peer->primitive = dnnl::layer_normalization_forward(description);
  memory::desc vector = describe({problem.columns}, memory::format_tag::a);
  peer->arguments = {{DNNL_ARG_SRC, peer->make(data)},
                     {DNNL_ARG_DST, peer->make(data)},
                     {DNNL_ARG_SCALE, peer->make(vector)},
                     {DNNL_ARG_SHIFT, peer->make(vector)}};
  return peer;
}

} // namespace

std::unique_ptr<OneDnnPeer> OneDnnPeer::create(const PeerProblem &problem, int threads) {
  useThreads(threads);
  try {
    if (problem.matmul)
      return makeMatmul(*problem.matmul);
    if (problem.convolution)
      return makeConvolution(*problem.convolution);
    if (problem.softmax)
      return makeSoftmax(*problem.softmax);
    if (problem.layerNorm)
      return makeLayerNorm(*problem.layerNorm);
  } catch (const dnnl::error &) {
    // A problem that the library refuses has no peer.
  }
  return nullptr;
}

std::string OneDnnPeer::version() {
  const dnnl::version_t *version = dnnl::version();
  return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
}

} // namespace delos::bench

#endif
