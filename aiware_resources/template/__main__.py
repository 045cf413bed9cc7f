"""Transcribes the stack's recording, and writes its captions to out/<stack>/."""

import pulumi

from aiware_resources import ExportRequest, Job, engines, pipelines

recording = pulumi.Config().require("recording")
job = Job("transcription", target={"name": recording}, dag=pipelines.transcription(recording))
captions = ExportRequest(
    "captions",
    tdo_data=[{"tdo_id": job.target_id}],
    output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}],
    download_to=f"out/{pulumi.get_stack()}/captions.vtt",
)
pulumi.export("captions", captions.path)
