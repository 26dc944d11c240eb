"""What AWS was recorded to answer, asked of the emulator through boto3: a file a topic. Facts are cited by the
recording that has them, file::scenario."""
