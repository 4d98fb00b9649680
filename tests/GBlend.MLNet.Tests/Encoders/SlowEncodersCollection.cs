namespace GBlend.MLNet.Tests;

/// <summary>Networks of full width, which run one after another and beside no other test.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SlowEncodersCollection
{
    internal const string Name = "Encoders of full width";
}
