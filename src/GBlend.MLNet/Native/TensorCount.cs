using System.Runtime.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GBlend.MLNet.Native;

/// <summary>
/// Keeps <c>Tensor.TotalCount</c> true. TorchSharp 0.107 counts a parameter twice when it is made and once when it is freed, so that its
/// count of live tensors, by which leaks are found, grows with every network that was ever built.
/// </summary>
internal static class TensorCount
{
    /// <summary>The version that this was found in and is corrected for; another one may count right.</summary>
    private static readonly bool s_countsTwice = typeof(Parameter).Assembly.GetName().Version is { Major: 0, Minor: 107 };

    /// <summary>Takes the second count of new parameters back, if this TorchSharp made it.</summary>
    internal static void CorrectFor(int newParameters)
    {
        if (s_countsTwice)
            Interlocked.Add(ref Total(null), -newParameters);
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "_totalCount")]
    private static extern ref long Total(Tensor? tensor);
}
