namespace GBlend.MLNet;

/// <summary>What a member has learned from the rows of one fold. Safe for many threads.</summary>
internal interface IMemberModel
{
    /// <summary>What it predicts for rows, as the heads of networks do: logits, or standardized numbers, [row x output].</summary>
    /// <param name="block">Per modality the rows, row-major, float[] or byte[].</param>
    /// <param name="rows">How many rows of the block are predicted.</param>
    /// <param name="loss">The task's loss, which says how numbers are standardized.</param>
    double[] Predict(IReadOnlyList<Array> block, int rows, Loss loss);

    /// <summary>All that it is, as bytes.</summary>
    byte[] Save();
}
