namespace GBlend.MLNet;

/// <summary>One pass of a trainer over its rows. It follows from the settings and the number of the epoch, so that it can be begun at any step.</summary>
/// <param name="Order">Row numbers in the order in which they are taken.</param>
/// <param name="Draw">The seed of what is random about the rows.</param>
/// <param name="DropoutSeed">The seed of what is random in the network.</param>
/// <param name="LearningRate">The rate of all steps.</param>
internal sealed record EpochPass(int[] Order, int Draw, int DropoutSeed, double LearningRate)
{
    /// <summary>The step to begin at; those before are done. The network's random numbers go on from where they are unless it is the first one.</summary>
    internal int FirstStep { get; init; }
}
