using System.Globalization;
using System.Text.RegularExpressions;

namespace GBlend.MLNet;

/// <summary>
/// The names that tensors have in the paper's official Caffe2 models (VMZ), as the encoder's own. VMZ's PyTorch files need none of this: they have
/// torchvision's names. Components (residual blocks) are counted through all stages, convolutions within a component.
/// </summary>
/// <remarks>In audio-visual models the networks' names begin with <c>v_</c> and <c>a_</c>; an encoder takes its own and leaves the other's.</remarks>
internal static partial class VmzNames
{
    /// <summary>Weights, and of batch normalization scale, bias, running mean and running variance (which VMZ calls <c>riv</c>).</summary>
    private static readonly Dictionary<string, string> s_parts = new()
    {
        ["w"] = "weight",
        ["s"] = "weight",
        ["b"] = "bias",
        ["rm"] = "running_mean",
        ["riv"] = "running_var",
    };

    /// <summary>The name of a tensor of a video network.</summary>
    /// <param name="name">In the file.</param>
    /// <param name="blocks">Residual blocks per stage.</param>
    /// <param name="isBottleneck">Whether a block has three convolutions.</param>
    /// <param name="convolutions">Per stage.</param>
    /// <returns><paramref name="name"/> itself where it is not VMZ's.</returns>
    internal static string OfVideo(string name, int[] blocks, bool isBottleneck, IReadOnlyList<VideoConvolution> convolutions)
    {
        bool isFactored = convolutions[0] == VideoConvolution.SpaceThenTime;
        if (!TryRead(name, 'v', out var tensor))
            return name;
        if (tensor.IsClassifier)
            return $"fc.{tensor.Part}";
        if (tensor.Component is not { } component)
        {
            int first = tensor.IsMiddle || !isFactored ? 0 : 3;
            return $"stem.{first + (tensor.IsNorm ? 1 : 0)}.{tensor.Part}";
        }
        if (Place(component, blocks) is not var (stage, block))
            return name;
        string at = $"layer{stage + 1}.{block}";
        if (tensor.IsShortcut)
            return $"{at}.downsample.{(tensor.IsNorm ? 1 : 0)}.{tensor.Part}";
        var kind = convolutions[stage];
        // A channel-wise convolution counts twice in VMZ.
        int number = kind == VideoConvolution.Depthwise && isBottleneck && tensor.Convolution > 2 ? tensor.Convolution - 1 : tensor.Convolution;
        bool isPair = kind is VideoConvolution.SpaceThenTime or VideoConvolution.PointThenDepthwise && (!isBottleneck || number == 2);
        string inside = tensor switch
        {
            { IsMiddle: true } => $"0.{(tensor.IsNorm ? 1 : 0)}",
            { IsNorm: true } => "1",
            _ when isPair => kind == VideoConvolution.SpaceThenTime ? "0.3" : "0.2",
            _ => "0",
        };
        return $"{at}.conv{number}.{inside}.{tensor.Part}";
    }

    /// <summary>The name of a tensor of the audio network, whose first three components stand in for a stem.</summary>
    /// <param name="name">In the file.</param>
    /// <param name="blocks">Residual blocks per stage, without those three.</param>
    internal static string OfAudio(string name, int[] blocks)
    {
        const int StemBlocks = 3;
        if (!TryRead(name, 'a', out var tensor) || tensor.IsMiddle)
            return name;
        if (tensor.IsClassifier)
            return $"fc.{tensor.Part}";
        if (tensor.Component is not { } component)
            return tensor.IsNorm ? name : $"stem.0.{tensor.Part}";
        string at;
        if (component < StemBlocks)
            at = $"stem.{component + 1}";
        else if (Place(component - StemBlocks, blocks) is var (stage, block))
            at = $"layer{stage + 1}.{block}";
        else
            return name;
        return tensor.IsShortcut ? $"{at}.downsample.{(tensor.IsNorm ? 1 : 0)}.{tensor.Part}"
            : $"{at}.{(tensor.IsNorm ? "bn" : "conv")}{tensor.Convolution}.{tensor.Part}";
    }

    private static (int Stage, int Block)? Place(int component, int[] blocks)
    {
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            if (component < blocks[stage])
                return (stage, component);
            component -= blocks[stage];
        }
        return null;
    }

    private static bool TryRead(string name, char network, out Tensor tensor)
    {
        var match = Pattern().Match(name);
        tensor = default;
        if (!match.Success || (match.Groups["net"].Success && match.Groups["net"].Value[0] != network))
            return false;
        int? Number(string group) => match.Groups[group].Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : null;
        tensor = new(
            Number("comp") ?? Number("short"), Number("conv") ?? 0, match.Groups["short"].Success, match.Groups["norm"].Success, match.Groups["mid"].Success,
            match.Groups["out"].Success, s_parts[match.Groups["part"].Value]);
        return true;
    }

    /// <summary>What a name says.</summary>
    private readonly record struct Tensor(int? Component, int Convolution, bool IsShortcut, bool IsNorm, bool IsMiddle, bool IsClassifier, string Part);

    [GeneratedRegex("""
        ^(?<net>[av]_)?
        (?:conv1(?<mid>_middle)?(?<norm>_spatbn_relu)?
          |comp_(?<comp>[0-9]{1,4})_(?:conv|(?<norm>spatbn))_(?<conv>[0-9])(?<mid>_middle)?
          |shortcut_projection_(?<short>[0-9]{1,4})(?<norm>_spatbn)?
          |(?<out>last_out_L[0-9]+))
        _(?<part>w|s|b|rm|riv)$
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
