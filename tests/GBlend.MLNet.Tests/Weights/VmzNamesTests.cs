namespace GBlend.MLNet.Tests;

/// <summary>State dicts with the names of the official Caffe2 models, made here after the rules by which VMZ's builders count.</summary>
public sealed class VmzNamesTests
{
    [Theory]
    [InlineData("conv1_w", "stem.0.weight")]
    [InlineData("conv1_spatbn_relu_riv", "stem.1.running_var")]
    [InlineData("v_comp_3_conv_2_middle_w", "layer2.0.conv2.0.0.weight")]
    [InlineData("comp_3_spatbn_2_middle_rm", "layer2.0.conv2.0.1.running_mean")]
    [InlineData("comp_10_conv_2_w", "layer2.7.conv2.0.2.weight")]
    [InlineData("comp_49_spatbn_3_s", "layer4.2.conv3.1.weight")]
    [InlineData("shortcut_projection_11_spatbn_b", "layer3.0.downsample.1.bias")]
    [InlineData("last_out_L400_b", "fc.bias")]
    [InlineData("layer1.0.conv1.0.weight", "layer1.0.conv1.0.weight")]
    [InlineData("a_comp_0_conv_1_w", "a_comp_0_conv_1_w")]
    [InlineData("comp_50_conv_1_w", "comp_50_conv_1_w")]
    public void MapWeightName_of_ip_csn_152(string vmz, string own) => Assert.Equal(own, Encoders.IpCsn(152).MapWeightName(vmz));

    [Theory]
    [InlineData("a_conv1_b", "stem.0.bias")]
    [InlineData("a_comp_2_spatbn_1_s", "stem.3.bn1.weight")]
    [InlineData("a_comp_3_conv_3_w", "layer1.0.conv3.weight")]
    [InlineData("a_shortcut_projection_0_spatbn_riv", "stem.1.downsample.1.running_var")]
    [InlineData("v_comp_2_spatbn_1_s", "v_comp_2_spatbn_1_s")]
    public void MapWeightName_of_audio(string vmz, string own) => Assert.Equal(own, Encoders.AudioResNet(50).MapWeightName(vmz));

    public static TheoryData<string, int, bool> Networks => new()
    {
        { "r3d", 18, false }, { "r3d", 50, true }, { "r2plus1d", 34, true }, { "r2plus1d", 152, false }, { "ir-csn", 50, false }, { "ip-csn", 152, true },
            { "audio-resnet", 18, true }, { "audio-resnet", 50, true },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Weights_with_the_names_of_vmz_match_every_tensor(string family, int depth, bool isAudioVisual)
    {
        bool isAudio = family == "audio-resnet";
        ResNetEncoder encoder = family switch
        {
            "r3d" => Encoders.R3D(depth, 0.05),
            "r2plus1d" => Encoders.R2Plus1D(depth, 0.05),
            "ir-csn" => Encoders.IrCsn(depth, 0.05),
            "ip-csn" => Encoders.IpCsn(depth, 0.05),
            _ => Encoders.AudioResNet(depth, 0.05),
        };
        int[] shape = isAudio ? [16, 8] : [8, 16, 16, 3];
        string[] names = [.. isAudio ? AudioNames(depth) : VideoNames(family, depth)];
        string prefix = !isAudioVisual ? "" : isAudio ? "a_" : "v_";
        // Modules draw from torch's one generator, which fits of other tests draw from too.
        using var random = new TorchRandomScope(1);
        using var module = encoder.Build(shape);
        var shapes = module.state_dict().ToDictionary(t => t.Key, t => t.Value.shape);
        var weights = new StateDict([
            .. names.Select((name, i) => KeyValuePair.Create(prefix + name, Ramp(shapes[encoder.MapWeightName(prefix + name)], i))),
            KeyValuePair.Create("last_out_L400_w", Ramp([4, 2], 0)),
            KeyValuePair.Create((isAudio ? "v_" : "a_") + "comp_0_conv_1_w", Ramp([1], 0))]);

        var modality = (isAudio ? Modality.Audio("Sound", encoder) : Modality.Video("Clip", encoder)).WithPretrainedWeights(weights);
        var report = modality.ReportPretrainedWeights(shape);
        Assert.Equal(names.Length, report.Matched.Count);
        Assert.Equal(shapes.Keys.Where(k => !k.EndsWith("num_batches_tracked")).Order(), report.Matched.Select(m => m.Name).Order());
        Assert.Equal("last_out_L400_w", Assert.Single(report.Dropped).Name);
        Assert.Single(report.Left);
    }

    /// <summary>As VMZ's video builder counts: a channel-wise convolution counts twice, a factored one once, with a <c>_middle</c>.</summary>
    private static IEnumerable<string> VideoNames(string family, int depth)
    {
        bool isDeep = depth >= 50;
        if (family == "r2plus1d")
        {
            yield return "conv1_middle_w";
            foreach (string part in Norm("conv1_middle_spatbn_relu"))
                yield return part;
        }
        yield return "conv1_w";
        foreach (string part in Norm("conv1_spatbn_relu"))
            yield return part;
        int component = 0;
        foreach (var (stage, count) in Blocks(depth).Index())
        {
            for (int block = 0; block < count; block++, component++)
            {
                int index = 0;
                for (int convolution = 1; convolution <= (isDeep ? 3 : 2); convolution++)
                {
                    bool isThree = !isDeep || convolution == 2;
                    index += isThree && family == "ir-csn" ? 2 : 1;
                    if (isThree && family is ("r2plus1d" or "ip-csn"))
                    {
                        yield return $"comp_{component}_conv_{index}_middle_w";
                        foreach (string part in Norm($"comp_{component}_spatbn_{index}_middle"))
                            yield return part;
                    }
                    yield return $"comp_{component}_conv_{index}_w";
                    foreach (string part in Norm($"comp_{component}_spatbn_{index}"))
                        yield return part;
                }
                if (block == 0 && (isDeep || stage > 0))
                {
                    yield return $"shortcut_projection_{component}_w";
                    foreach (string part in Norm($"shortcut_projection_{component}_spatbn"))
                        yield return part;
                }
            }
        }
    }

    private static IEnumerable<string> AudioNames(int depth)
    {
        yield return "conv1_w";
        yield return "conv1_b";
        int component = 0;
        foreach (var (stage, count) in Blocks(depth).Prepend(3).Index())
        {
            for (int block = 0; block < count; block++, component++)
            {
                for (int convolution = 1; convolution <= (depth >= 50 && stage > 0 ? 3 : 2); convolution++)
                {
                    yield return $"comp_{component}_conv_{convolution}_w";
                    foreach (string part in Norm($"comp_{component}_spatbn_{convolution}"))
                        yield return part;
                }
                if (block == 0)
                {
                    yield return $"shortcut_projection_{component}_w";
                    foreach (string part in Norm($"shortcut_projection_{component}_spatbn"))
                        yield return part;
                }
            }
        }
    }

    private static IEnumerable<string> Norm(string name) => new[] { "s", "b", "rm", "riv" }.Select(part => $"{name}_{part}");

    private static int[] Blocks(int depth) => depth switch
    {
        18 => [2, 2, 2, 2],
        152 => [3, 8, 36, 3],
        _ => [3, 4, 6, 3],
    };

    private static StateTensor Ramp(long[] shape, int seed) =>
        StateTensor.FromFloats(shape, [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(i => seed + i * 0.001f)]);
}
