// everything
//
// Something of everything.
//
// Made from rtl/verilog/verilog.test.ts; edit that file instead.
`default_nettype none

module everything (
  input  wire aclk,
  input  wire aresetn,
  input  wire request_valid,
  output wire request_ready,
  input  wire [3:0] request_id,
  input  wire signed [7:0] request_length,
  output wire reply_valid,
  input  wire reply_ready,
  output wire [3:0] reply_id,
  output wire signed [7:0] reply_length,
  input  wire signed [7:0] scale,
  input  wire [1:0] index,
  output reg  signed [15:0] total,
  output reg  [7:0] chosen,
  output wire [7:0] flags,
  output wire [31:0] word
);

  localparam [1:0] STATE_IDLE = 2'd0;
  localparam [1:0] STATE_SENDING = 2'd1;
  localparam [1:0] STATE_DONE = 2'd2;

  reg [31:0] image [0:3];
  (* no_rw_check *) reg [31:0] store [0:63];

  wire queue_push_ready;
  wire queue_pop_valid;
  wire [3:0] queue_pop_id;
  wire signed [7:0] queue_pop_length;
  wire narrow_push_ready;
  wire narrow_pop_valid;
  wire [2:0] narrow_pop_data;
  reg [1:0] state;
  reg [7:0] rows_0;
  reg [7:0] rows_1;
  reg [7:0] rows_2;
  reg [7:0] rows_3;
  reg [31:0] last;
  reg [7:0] marks;
  reg [31:0] image_data;
  wire [31:0] store_data_joined;

  fifo_type12_depth5 queue (
    .aclk(aclk),
    .aresetn(aresetn),
    .push_valid(request_valid),
    .push_ready(queue_push_ready),
    .push_id(request_id),
    .push_length(request_length),
    .pop_valid(queue_pop_valid),
    .pop_ready(reply_ready),
    .pop_id(queue_pop_id),
    .pop_length(queue_pop_length)
  );

  fifo_type3_depth4 narrow (
    .aclk(aclk),
    .aresetn(aresetn),
    .push_valid(request_valid),
    .push_ready(narrow_push_ready),
    .push_data({1'b0, index}),
    .pop_valid(narrow_pop_valid),
    .pop_ready(1'b1),
    .pop_data(narrow_pop_data)
  );

  assign request_ready = queue_push_ready;
  assign reply_valid = queue_pop_valid;
  assign reply_id = queue_pop_id;
  assign reply_length = queue_pop_length;

  always @(posedge aclk) begin
    if (!aresetn) begin
      state <= STATE_IDLE;
    end else begin
      case (state)
        STATE_IDLE: begin
          if (request_valid && request_ready) begin
            state <= STATE_SENDING;
          end
        end
        STATE_SENDING: begin
          if (reply_valid && reply_ready) begin
            state <= STATE_DONE;
          end
        end
        default: ;
      endcase
    end
  end

  always @* begin
    marks = 8'd0;
    case (state)
      STATE_IDLE: ;
      STATE_SENDING: marks[3:0] = request_id;
      default: begin
        case ({1'b0, index})
          3'd0: marks[0] = 1'b1;
          3'd1: marks[1] = 1'b1;
          3'd2: marks[2] = 1'b1;
          3'd3: marks[3] = 1'b1;
          3'd4: marks[4] = 1'b1;
          3'd5: marks[5] = 1'b1;
          3'd6: marks[6] = 1'b1;
          3'd7: marks[7] = 1'b1;
        endcase
      end
    endcase
  end

  always @(posedge aclk) begin
    case (state)
      STATE_IDLE: ;
      STATE_SENDING: ;
      default: begin
        case (index)
          2'd0: rows_0 <= request_length;
          2'd1: rows_1 <= request_length;
          2'd2: rows_2 <= request_length;
          2'd3: rows_3 <= request_length;
        endcase
      end
    endcase
  end

  always @(posedge aclk) begin
    if (!aresetn) begin
      total <= -16'sd1;
    end else if (request_valid) begin
      total <= $signed({{8{request_length[7]}}, request_length}) * $signed({{8{scale[7]}}, scale});
    end
  end

  always @* begin
    case (index)
      2'd0: chosen = rows_0;
      2'd1: chosen = rows_1;
      2'd2: chosen = rows_2;
      default: chosen = rows_3;
    endcase
  end

  assign flags = marks;

  assign store_data_joined = {rows_0, rows_1, rows_2, rows_3};

  always @(posedge aclk) begin
    if (request_id[0]) begin
      store[{request_id, index}][7:0] <= store_data_joined[7:0];
    end
    if (request_id[1]) begin
      store[{request_id, index}][15:8] <= store_data_joined[15:8];
    end
    if (request_id[2]) begin
      store[{request_id, index}][23:16] <= store_data_joined[23:16];
    end
    if (request_id[3]) begin
      store[{request_id, index}][31:24] <= store_data_joined[31:24];
    end
  end

  always @(posedge aclk) begin
    if (request_valid || narrow_pop_valid) begin
      last <= store[{request_id, index}];
    end
  end

  always @(posedge aclk) begin
    image_data <= image[index];
  end

  assign word = last ^ image[index] ^ image_data;

  initial begin
    image[0] = 32'd1;
    image[1] = 32'd2;
    image[2] = 32'hdeadbeef;
    image[3] = 32'd4;
  end

  // Read nowhere else: declared so for lint.
  wire unused = &{1'b0, narrow_push_ready, narrow_pop_data};

endmodule

`default_nettype wire
