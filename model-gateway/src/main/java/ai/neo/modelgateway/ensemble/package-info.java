/** Several exact versions that are released, served and rolled back as one. */
package ai.neo.modelgateway.ensemble;
