# Runs one of the Python peers, unmodified, from its own folder, and times its pixel work alone. One request on standard
# input, one answer on standard output, both JSON. One thread; times are processor seconds.
import io
import json
import os
import sys
import time
import types

for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ[name] = '1'
# imwatermark imports torch for its neural method only, which is not run here: an empty stand-in lets the others load.
sys.modules['torch'] = types.ModuleType('torch')

import cv2
import numpy as np

cv2.setNumThreads(1)
request = json.load(sys.stdin)
out, sys.stdout = sys.stdout, io.StringIO()  # the peers print greetings
sys.path.insert(0, request['folder'])
bits = request['bits']


def timed(work):
    started = time.process_time()
    value = work()
    return value, time.process_time() - started


if request['package'] == 'blind_watermark':
    from blind_watermark import WaterMark
else:
    from imwatermark import WatermarkDecoder, WatermarkEncoder


def blind_watermark_embed(image):
    mark = WaterMark(password_img=1, password_wm=1)
    mark.read_img(img=image)
    mark.read_wm(bits, mode='bit')
    return mark.embed()


def blind_watermark_extract(image):
    mark = WaterMark(password_img=1, password_wm=1)
    found = mark.extract(embed_img=image, wm_shape=len(bits), mode='bit')
    return [int(value >= 0.5) for value in found]


def imwatermark_embed(image):
    encoder = WatermarkEncoder()
    encoder.set_watermark('bits', bits)
    return encoder.encode(image, request['method'])


def imwatermark_extract(image):
    found = WatermarkDecoder('bits', len(bits)).decode(image, request['method'])
    return [int(value) for value in found]


embed, extract = {
    'blind_watermark': (blind_watermark_embed, blind_watermark_extract),
    'imwatermark': (imwatermark_embed, imwatermark_extract),
}[request['package']]

answers = []
for job in request['jobs']:
    image = cv2.imread(job['from'], cv2.IMREAD_COLOR)
    if 'to' in job:
        marked, seconds = timed(lambda: embed(image.copy()))
        cv2.imwrite(job['to'], np.clip(np.rint(marked), 0, 255).astype(np.uint8))
        answers.append({'seconds': seconds})
    else:
        found, seconds = timed(lambda: extract(image.copy()))
        answers.append({'seconds': seconds, 'bits': found})
json.dump(answers, out)
