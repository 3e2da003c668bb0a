/** Models from a folder laid out as Triton's model repository. */
package ai.neo.modelgateway.repository;
