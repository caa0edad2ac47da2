// The compilation as a whole: phases over the IR, code for the kernels, the plan.
#include "lib/Engine/Compiler.h"

#include "lib/Engine/JitLinker.h"
#include "lib/Engine/KernelCompiler.h"
#include "lib/Engine/KernelDump.h"
#include "lib/Engine/PerfMap.h"
#include "lib/Engine/PhaseClock.h"
#include "lib/Engine/PlanBuilder.h"
#include "lib/Engine/ReportBuilder.h"
#include "lib/Engine/TensorLimits.h"
#include "lib/Fusion/GroupFormation.h"
#include "lib/Fusion/KernelText.h"
#include "lib/Import/Import.h"
#include "lib/Pipelines/CompilePipeline.h"
#include "lib/Pipelines/InitAll.h"
#include "passes/Task/Passes.h"
#include "runtime/threads/CpuQuota.h"

#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include "absl/strings/str_cat.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

namespace delos {

namespace {

using ModuleRef = mlir::OwningOpRef<mlir::ModuleOp>;

/// The machine code of one executable.
struct LoadedCode {
  std::unique_ptr<engine::JitLinker> linker;
  std::vector<std::shared_ptr<engine::LoadedObject>> objects;
};

class Compilation {
public:
  Compilation(const KernelBackend &backend, const ModelSource &source, const CompileOptions &options)
      : backend(backend), source(source), options(options) {}

  absl::StatusOr<CompiledProgram> run() {
    for (auto step : {&Compilation::refuseUnobeyed, &Compilation::configure, &Compilation::import,
                      &Compilation::fuse, &Compilation::planProgram})
      if (absl::Status status = (this->*step)(); !status.ok())
        return status;
    if (stopped) {
      program.ir = print();
      return std::move(program);
    }
    for (auto step : {&Compilation::generateCode, &Compilation::buildPlan})
      if (absl::Status status = (this->*step)(); !status.ok())
        return status;
    finishReport(program);
    return std::move(program);
  }

private:
  /// Options that no phase obeys are refused: to take them in silence would promise what is not done.
  absl::Status refuseUnobeyed() {
    const std::pair<bool, const char *> unobeyed[] = {
        {options.fusion == FusionLevel::ElementWise, "fusion=elementwise"},
        {options.deterministic, "deterministic"},
        {!options.targetFeatures.empty(), "target_features"},
        {!options.dims.empty(), "dim:NAME"},
    };
    for (auto [isAsked, name] : unobeyed)
      if (isAsked)
        return absl::UnimplementedError(absl::StrCat("option '", name, "' is not implemented"));
    return absl::OkStatus();
  }

  absl::Status configure() {
    auto target = options.targetCPU.empty()
                      ? absl::StatusOr<cpu::TargetDescription>(cpu::TargetDescription::host())
                      : cpu::TargetDescription::named(options.targetCPU);
    if (!target.ok())
      return target.status();
    pipeline.target = *target;
    pipeline.target.winograd = options.allowWinograd == WinogradLevel::None ? 0
                               : options.allowWinograd == WinogradLevel::F2 ? 2
                                                                            : 4;
    pipeline.target.preciseMath = options.preciseMath;
    pipeline.fusionLevel = options.fusion == FusionLevel::None ? "off" : "full";
    pipeline.hints.sizes.insert(options.dimHints.begin(), options.dimHints.end());
    pipeline.foldBytes = options.limits.foldedBytes;
    pipeline.foldSteps = options.limits.foldingSteps;
    pipeline.observer = [this](const FusionRegion &region, const FusionPlan &plan) {
      describePartition(region, plan, program.report);
    };
    if (!options.extra.empty())
      return absl::InvalidArgumentError(absl::StrCat("unknown option '", options.extra.begin()->first, "'"));
    if (!options.untilAfter.empty() && !isPhase(options.untilAfter))
      return absl::InvalidArgumentError(
          absl::StrCat("unknown phase '", options.untilAfter, "', expected one of ", phaseNames()));
    program.report.target = pipeline.target.key();
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    context = std::make_shared<mlir::MLIRContext>(registry, mlir::MLIRContext::Threading::DISABLED);
    context->loadAllAvailableDialects();
    return absl::OkStatus();
  }

  static bool isPhase(const std::string &name) {
    return name == "import" ||
           llvm::any_of(compilePhases(), [&](const CompilePhase &phase) { return phase.name == name; });
  }

  static std::string phaseNames() {
    std::string names = "import";
    for (const CompilePhase &phase : compilePhases())
      absl::StrAppend(&names, ", ", phase.name);
    return names;
  }

  static bool isGraphIR(const std::string &path) { return llvm::StringRef(path).ends_with(".mlir"); }

  absl::StatusOr<ModuleRef> parseGraphIR() {
    std::string messages;
    mlir::ScopedDiagnosticHandler handler(context.get(), [&](mlir::Diagnostic &diagnostic) {
      absl::StrAppend(&messages, messages.empty() ? "" : "\n", diagnostic.str());
    });
    ModuleRef parsed = mlir::parseSourceFile<mlir::ModuleOp>(source.path, context.get());
    if (!parsed || !parsed->lookupSymbol<mlir::func::FuncOp>("main"))
      return absl::InvalidArgumentError(absl::StrCat(source.path, ": expected a module with func.func @main",
                                                     parsed ? "" : ": ", messages));
    return parsed;
  }

  absl::Status import() {
    PhaseClock clock(program.report, "import");
    ImportOptions imports;
    imports.externalFolder = source.directory;
    imports.limits.fileBytes = options.limits.modelBytes;
    imports.limits.externalBytes = options.limits.constantBytes;
    imports.limits.rank = options.limits.rank;
    imports.limits.nodes = options.limits.nodes;
    imports.limits.graphDepth = std::min<int64_t>(imports.limits.graphDepth, options.limits.nesting);
    imports.limits.functionDepth = std::min<int64_t>(imports.limits.functionDepth, options.limits.nesting);
    imports.limits.typeDepth = std::min<int64_t>(imports.limits.typeDepth, options.limits.nesting);
    auto bytes = std::string_view(reinterpret_cast<const char *>(source.bytes.data()), source.bytes.size());
    auto imported = source.path.empty()      ? importModel(bytes, imports, *context)
                    : isGraphIR(source.path) ? parseGraphIR()
                                             : importModelFile(source.path, imports, *context);
    if (!imported.ok())
      return imported.status();
    module = std::move(*imported);
    program.report.model =
        source.path.empty() ? "model" : source.path.substr(source.path.find_last_of('/') + 1);
    countNodes(*module, program.report);
    if (absl::Status status = checkTensorBytes(*module, options.limits.tensorBytes); !status.ok())
      return status;
    return finishPhase("import");
  }

  /// Up to the partition into kernels.
  absl::Status fuse() {
    auto phases = llvm::ArrayRef(compilePhases()).take_until(isPlanning);
    if (absl::Status status = runPhases(phases); !status.ok() || stopped)
      return status;
    partition = module->clone();
    return absl::OkStatus();
  }

  /// From the partition to the program.
  absl::Status planProgram() { return runPhases(llvm::ArrayRef(compilePhases()).drop_until(isPlanning)); }

  static bool isPlanning(const CompilePhase &phase) { return phase.name == "plan"; }

  absl::Status runPhases(llvm::ArrayRef<CompilePhase> phases) {
    for (const CompilePhase &phase : phases) {
      if (stopped)
        return absl::OkStatus();
      // Graph IR has no nodes to open.
      if (phase.name == "open" && isGraphIR(source.path))
        continue;
      if (phase.name == "program")
        collectKernelTexts();
      // The shapes are known: nothing of a size beyond the limit gets a buffer.
      if (phase.name == "fuse")
        if (absl::Status status = checkTensorBytes(*module, options.limits.tensorBytes); !status.ok())
          return status;
      PhaseClock clock(program.report, phase.name);
      if (absl::Status status = runPhase(phase); !status.ok())
        return status;
      if (absl::Status status = finishPhase(phase.name); !status.ok())
        return status;
    }
    return absl::OkStatus();
  }

  absl::Status runPhase(const CompilePhase &phase) {
    std::string messages;
    mlir::ScopedDiagnosticHandler handler(context.get(), [&](mlir::Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
        absl::StrAppend(&messages, messages.empty() ? "" : "\n", diagnostic.str());
    });
    mlir::PassManager manager(context.get());
    phase.populate(manager, pipeline);
    if (mlir::succeeded(manager.run(*module)))
      return absl::OkStatus();
    // What Delos lacks and what the model gets wrong are told apart by the wording that the openers keep to.
    bool unsupported = messages.find("unsupported") != std::string::npos ||
                       messages.find("no code generator") != std::string::npos;
    return unsupported ? absl::UnimplementedError(messages) : absl::InvalidArgumentError(messages);
  }

  absl::Status finishPhase(const std::string &name) {
    stopped = stopped || name == options.untilAfter;
    if (options.dumpDirectory.empty())
      return absl::OkStatus();
    std::error_code error; // a folder that cannot be made shows when the file is written
    std::filesystem::create_directories(options.dumpDirectory, error);
    std::string path = absl::StrCat(options.dumpDirectory, "/", dumped++, "-", name, ".mlir");
    std::ofstream file(path);
    file << print();
    return file ? absl::OkStatus() : absl::UnavailableError(absl::StrCat("cannot write '", path, "'"));
  }

  std::string print() {
    std::string text;
    llvm::raw_string_ostream stream(text);
    module->print(stream);
    return text;
  }

  /// The text of each record's kernel; equal kernels have one record.
  void collectKernelTexts() {
    texts.clear();
    nodes.clear();
    module->walk([&](fusion::KernelOp kernel) {
      auto record = kernel->getAttrOfType<mlir::FlatSymbolRefAttr>(kKernelRecordAttr);
      auto [it, inserted] = texts.try_emplace(record.getValue());
      if (!inserted)
        return;
      it->second = kernelText(kernel);
      for (mlir::Operation &op : kernel.getBody().front().without_terminator())
        nodes[record.getValue()].push_back(nodeNameOf(&op));
    });
  }

  absl::Status generateCode() {
    if (absl::Status status = compileTexts(); !status.ok())
      return status;
    if (!reasons.empty())
      for (auto step : {&Compilation::fallBack, &Compilation::planProgram, &Compilation::compileTexts})
        if (absl::Status status = (this->*step)(); !status.ok())
          return status;
    for (task::KernelOp record : module->getOps<task::KernelOp>())
      completeRecord(record, compiled.at(texts.lookup(record.getSymName())));
    PhaseClock clock(program.report, "link");
    return link();
  }

  /// Code for every text that has none; `reasons` says of which texts the rows may still make it. An error
  /// when the rows failed too.
  absl::Status compileTexts() {
    PhaseClock clock(program.report, "codegen");
    std::vector<KernelSource> missing;
    for (task::KernelOp record : module->getOps<task::KernelOp>())
      if (std::string text = texts.lookup(record.getSymName()); !compiled.contains(text))
        missing.push_back({std::move(text), record.getSymName().str(), nodes.lookup(record.getSymName())});
    int threads = options.threads > 0
                      ? options.threads
                      : runtime::usableThreads(runtime::affinityCount(), runtime::cgroupQuota());
    bool mayFallBack = reasons.empty();
    KernelCodegenOptions codegen{!options.dumpDirectory.empty(), options.lineTables, options.dumpDirectory};
    auto kernels = backend(missing, pipeline.target, codegen, threads);
    for (auto [source, kernel] : llvm::zip(missing, kernels)) {
      if (!kernel.ok() && !mayFallBack)
        return kernel.status();
      if (!kernel.ok()) {
        reasons[source.text] = std::string(kernel.status().message());
        continue;
      }
      addTimes(kernel->times);
      if (!options.dumpDirectory.empty())
        if (absl::Status status = dumpKernel(options.dumpDirectory, source, *kernel); !status.ok())
          return status;
      compiled.emplace(source.text, *std::move(kernel));
    }
    return absl::OkStatus();
  }

  /// Adds to the parts of the phase, which count the seconds of all threads.
  void addTimes(const KernelTimes &times) {
    const std::pair<const char *, double> parts[] = {
        {"codegen/emit", times.emit}, {"codegen/lower", times.lower}, {"codegen/encode", times.encode}};
    for (auto [name, seconds] : parts) {
      auto found = llvm::find_if(program.report.phases, [&](const PhaseReport &p) { return p.name == name; });
      if (found == program.report.phases.end())
        program.report.phases.push_back({name, seconds});
      else
        found->seconds += seconds;
    }
  }

  /// Back to the partition: the kernels that got no code are for the rows.
  absl::Status fallBack() {
    module = std::move(partition);
    module->walk([&](fusion::KernelOp kernel) {
      if (auto reason = reasons.find(kernelText(kernel)); reason != reasons.end())
        kernel->setAttr(kFallbackAttr, mlir::StringAttr::get(context.get(), reason->second));
    });
    return absl::OkStatus();
  }

  /// What only the code knows: its dim table and scratch bytes.
  void completeRecord(task::KernelOp record, const CompiledKernel &kernel) {
    mlir::Builder builder(context.get());
    record.setDimsAttr(graph::dimsAttr(context.get(), kernel.dims));
    record.setTilesAttr(builder.getStringAttr(kernel.tiles.str()));
    record.setScratchAttr(builder.getStringAttr(kernel.scratchBytes.str()));
  }

  absl::Status link() {
    auto code = std::make_shared<LoadedCode>();
    auto linker = engine::JitLinker::create(options.gdb);
    if (!linker.ok())
      return linker.status();
    code->linker = std::move(*linker);
    for (task::KernelOp record : module->getOps<task::KernelOp>()) {
      const CompiledKernel &kernel = compiled.at(texts.lookup(record.getSymName()));
      auto loaded = code->linker->load(kernel.code.bytes);
      if (!loaded.ok())
        return loaded.status();
      auto entry = (*loaded)->lookup(kKernelSymbol);
      if (!entry.ok())
        return entry.status();
      program.kernels.push_back(reinterpret_cast<DelosKernelFn>(*entry));
      if (options.perfMap)
        engine::addToPerfMap(
            *entry, engine::functionBytes(kernel.code.bytes.data(), kernel.code.bytes.size(), kKernelSymbol),
            record.getSymName().str());
      codeBytes.push_back(static_cast<int64_t>(kernel.code.bytes.size()));
      code->objects.push_back(std::move(*loaded));
    }
    program.code = std::move(code);
    return absl::OkStatus();
  }

  absl::Status buildPlan() {
    PhaseClock clock(program.report, "plan-building");
    describeKernels(*module, codeBytes, program.report);
    // Constants may point into the IR, so the module lives as long as they do.
    auto keepAlive =
        std::make_shared<std::pair<std::shared_ptr<mlir::MLIRContext>, ModuleRef>>(context, ModuleRef());
    auto plan = delos::buildPlan(*module, program.report.model, keepAlive);
    if (!plan.ok())
      return plan.status();
    keepAlive->second = std::move(module);
    program.plan = std::move(*plan);
    return absl::OkStatus();
  }

  const KernelBackend &backend;
  const ModelSource &source;
  const CompileOptions &options;
  CompilePipelineOptions pipeline;
  CompiledProgram program;
  std::shared_ptr<mlir::MLIRContext> context;
  ModuleRef module;
  ModuleRef partition;                             ///< The module before it was planned.
  llvm::StringMap<std::string> texts;              ///< By record.
  llvm::StringMap<std::vector<std::string>> nodes; ///< By record: the model's node of each op.
  std::map<std::string, CompiledKernel> compiled;  ///< By text.
  std::map<std::string, std::string> reasons;      ///< Why a text was not compiled as planned.
  std::vector<int64_t> codeBytes;
  bool stopped = false;
  int dumped = 0;
};

} // namespace

absl::StatusOr<CompiledProgram> compileModelWith(const KernelBackend &backend, const ModelSource &source,
                                                 const CompileOptions &options) {
  return Compilation(backend, source, options).run();
}

absl::StatusOr<CompiledProgram> compileModel(const ModelSource &source, const CompileOptions &options) {
  return compileModelWith(compileKernels, source, options);
}

} // namespace delos
