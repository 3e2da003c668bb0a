/** Models in ONNX, on ONNX Runtime. */
package ai.neo.modelgateway.onnx;
