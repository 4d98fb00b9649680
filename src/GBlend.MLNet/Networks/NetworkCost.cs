using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>What a network's passes cost, and what follows from it: how many rows go through at once, on how many threads, in which precision.</summary>
/// <param name="multiplyAdds">Of a row.</param>
/// <param name="parameters">How many parameters there are.</param>
/// <param name="modalities">What is read of a row.</param>
/// <param name="precision">What the network is trained in.</param>
/// <param name="device">Where it is.</param>
internal sealed class NetworkCost(double multiplyAdds, long parameters, IReadOnlyList<ModalitySpec> modalities, ScalarType precision, Device device)
{
    /// <summary>Multiply-adds of a forward pass.</summary>
    private const double SmallStep = 32e6;

    /// <summary>Parameters above which double precision would cost too much to score with.</summary>
    private const long MostParametersInDouble = 16_000_000;

    private const int MostMeasured = 1024, MostScored = 64;

    /// <summary>Multiply-adds of a forward pass of a row.</summary>
    internal double MultiplyAdds => multiplyAdds;

    /// <summary>
    /// Whether a step of so many rows is so small that what is done around its arithmetic takes longer, as in MLPs: then a second thread
    /// costs more than it brings.
    /// </summary>
    internal bool IsSmall(int rows) => rows * multiplyAdds < SmallStep;

    /// <summary>
    /// The threads that suit the network when the user does not say: one when its steps are small, else torch's own number, as <see
    /// langword="null"/>, but no more than this process may use: torch counts the processors of the machine, and a container may have fewer.
    /// </summary>
    /// <param name="rows">Rows per step.</param>
    internal int? WantedThreads(int rows) => IsSmall(rows) ? 1 : get_num_threads() > Environment.ProcessorCount ? Environment.ProcessorCount : null;

    /// <summary>The precision in which the network scores; float32 weights lose nothing in it.</summary>
    internal ScalarType ScoringPrecision =>
        device.type == TorchSharp.DeviceType.CPU && RowsToScore > 1 && parameters <= MostParametersInDouble ? ScalarType.Float64
        : precision == ScalarType.BFloat16 ? ScalarType.Float32
        : precision;

    /// <summary>Rows whose losses are measured by one forward pass: many, but for networks and rows whose activations would fill the memory.</summary>
    internal int MostRowsToMeasure => RowsFor(MostMeasured, 1e10, 16 << 20, m => m.Layout.Size);

    /// <summary>
    /// Rows that are scored by one forward pass, a power of two: fewer for larger networks and rows, and one for convolutional networks so
    /// large that a row alone is work enough.
    /// </summary>
    internal int RowsToScore => IsLargeConvolution ? 1
        : 1 << (int)Math.Log2(RowsFor(MostScored, parameters > multiplyAdds / 2 ? double.PositiveInfinity : 2e8, 32 << 20, m => m.Width));

    private bool IsLargeConvolution => multiplyAdds >= 1e7 && multiplyAdds >= 8.0 * parameters;

    private int RowsFor(int most, double multiplyAddsAtOnce, long bytes, Func<ModalitySpec, long> size) =>
        (int)Math.Clamp(Math.Min(multiplyAddsAtOnce / multiplyAdds, (double)bytes / (sizeof(float) * modalities.Sum(size))), 1, most);
}
