// Without these checks the runtime would be given a plan that it cannot run.
// RUN: delos-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{tiles: expected a formula of dims, got "2 +"}}
task.kernel @k0 inputs 0 outputs 0 dims <> tiles "2 +" scratch "0" members []

// -----

task.program @main {
  %t = task.arena "t" : tensor<4xf32>
  // expected-error @+1 {{expected 4 elements, got 5}}
  %f = task.alias %t : tensor<4xf32> to tensor<5xf32>
}

// -----

task.program @main {
  %t = task.arena "t" : tensor<4xf32>
  %u = task.arena "u" : tensor<4xi32>
  // expected-error @+1 {{expected element type 'f32', got 'i32'}}
  task.copy %t to %u : tensor<4xf32> to tensor<4xi32>
}

// -----

task.program @main {
  %t = task.arena "t" : tensor<4xf32>
  task.segment {
    // expected-error @+1 {{expected a task.kernel named @missing}}
    task.launch @missing(%t) -> () : (tensor<4xf32>) -> ()
  }
}

// -----

task.kernel @k0 inputs 1 outputs 1 dims <> tiles "1" scratch "0" members []
task.program @main {
  %t = task.arena "t" : tensor<4xf32>
  task.segment {
    // expected-error @+1 {{expected 1 inputs and 1 outputs, got 1 and 0}}
    task.launch @k0(%t) -> () : (tensor<4xf32>) -> ()
  }
}

// -----

task.kernel @k0 inputs 1 outputs 0 dims <> tiles "1" scratch "0" members []
task.program @main {
  %t = task.arena "t" : tensor<4xf32>
  task.segment {
    // expected-error @+1 {{expected to run after launches before position 0, got 0}}
    task.launch @k0(%t) -> () after [0] : (tensor<4xf32>) -> ()
  }
}

// -----

task.program @main {
  task.segment {
    // expected-error @+1 {{expected only task.launch inside a segment}}
    %c = arith.constant 0 : i32
  }
}
