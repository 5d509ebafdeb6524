// fifo_type12_depth5
//
// Parameters:
//   type = record({ id: bits(4), length: signed(8) })
//   depth = 5
//
// Made from rtl/verilog/verilog.test.ts; edit that file instead.
`default_nettype none

module fifo_type12_depth5 (
  input  wire aclk,
  input  wire aresetn,
  input  wire push_valid,
  output wire push_ready,
  input  wire [3:0] push_id,
  input  wire signed [7:0] push_length,
  output wire pop_valid,
  input  wire pop_ready,
  output wire [3:0] pop_id,
  output wire signed [7:0] pop_length
);

  reg [11:0] words [0:4];

  reg [2:0] head;
  reg [2:0] tail;
  reg [2:0] count;
  wire pushes;
  wire pops;
  wire [11:0] pop_id_word;

  assign pushes = push_valid && push_ready;
  assign pops = pop_valid && pop_ready;
  assign push_ready = count != 3'd5;
  assign pop_valid = count != 3'd0;
  assign pop_id_word = head < 3'd5 ? words[head] : 12'd0;
  assign pop_id = pop_id_word[3:0];
  assign pop_length = pop_id_word[11:4];

  always @(posedge aclk) begin
    if (pushes) begin
      if (tail < 3'd5) begin
        words[tail] <= {push_length, push_id};
      end
    end
  end

  always @(posedge aclk) begin
    if (!aresetn) begin
      tail <= 3'd0;
    end else if (pushes) begin
      tail <= tail == 3'd4 ? 3'd0 : tail + 3'd1;
    end
  end

  always @(posedge aclk) begin
    if (!aresetn) begin
      head <= 3'd0;
    end else if (pops) begin
      head <= head == 3'd4 ? 3'd0 : head + 3'd1;
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
