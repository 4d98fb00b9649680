using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>What a forward pass leaves.</summary>
/// <param name="Branches">The branches asked for.</param>
/// <param name="Predictions">Theirs, in that order.</param>
/// <param name="Encoded">Per modality its mid-level and its last feature.</param>
internal sealed record NetworkPass(IReadOnlyList<int> Branches, Tensor[] Predictions, (Tensor Middle, Tensor Feature)[] Encoded)
{
    internal Tensor? Of(int branch)
    {
        for (int b = 0; b < Branches.Count; b++)
        {
            if (Branches[b] == branch)
                return Predictions[b];
        }
        return null;
    }
}
