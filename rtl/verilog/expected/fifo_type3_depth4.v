// fifo_type3_depth4
//
// Parameters:
//   type = bits(3)
//   depth = 4
//
// Made from rtl/verilog/verilog.test.ts; edit that file instead.
`default_nettype none

module fifo_type3_depth4 (
  input  wire aclk,
  input  wire aresetn,
  input  wire push_valid,
  output wire push_ready,
  input  wire [2:0] push_data,
  output wire pop_valid,
  input  wire pop_ready,
  output wire [2:0] pop_data
);

  reg [2:0] words [0:3];

  reg [1:0] head;
  reg [1:0] tail;
  reg [2:0] count;
  wire pushes;
  wire pops;

  assign pushes = push_valid && push_ready;
  assign pops = pop_valid && pop_ready;
  assign push_ready = count != 3'd4;
  assign pop_valid = count != 3'd0;
  assign pop_data = words[head];

  always @(posedge aclk) begin
    if (pushes) begin
      words[tail] <= push_data;
    end
  end

  always @(posedge aclk) begin
    if (!aresetn) begin
      tail <= 2'd0;
    end else if (pushes) begin
      tail <= tail == 2'd3 ? 2'd0 : tail + 2'd1;
    end
  end

  always @(posedge aclk) begin
    if (!aresetn) begin
      head <= 2'd0;
    end else if (pops) begin
      head <= head == 2'd3 ? 2'd0 : head + 2'd1;
    end
  end

  always @(posedge aclk) begin
    if (!aresetn) begin
      count <= 3'd0;
    end else if (pushes && !pops) begin
      count <= count + 3'd1;
    end else if (pops && !pushes) begin
      count <= count - 3'd1;
    end
  end

endmodule

`default_nettype wire
